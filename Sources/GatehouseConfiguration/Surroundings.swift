/// What is read beside the text itself: the environment and the files. A test gives its own.
package struct Surroundings: Sendable {
    package let environment: @Sendable (String) -> String?
    package let files: ConfigurationFiles

    package init(environment: @escaping @Sendable (String) -> String?, files: ConfigurationFiles) {
        self.environment = environment
        self.files = files
    }
}

/// The file system as the configuration sees it.
package struct ConfigurationFiles: Sendable {
    /// Reads at most `limit` bytes and says so when there are more.
    package let read: @Sendable (_ path: String, _ limit: Int) -> Result<FileContent, FileProblem>
    /// The names in a folder; `nil` when the path is no folder.
    package let list: @Sendable (_ path: String) -> [String]?

    package init(
        read: @escaping @Sendable (_ path: String, _ limit: Int) -> Result<FileContent, FileProblem>,
        list: @escaping @Sendable (_ path: String) -> [String]?
    ) {
        self.read = read
        self.list = list
    }
}

package struct FileContent: Hashable, Sendable {
    package let bytes: [UInt8]
    /// The permission bits, `0o600`.
    package let mode: UInt32

    package init(bytes: [UInt8], mode: UInt32) {
        self.bytes = bytes
        self.mode = mode
    }

    /// Somebody beside the owner may read it.
    var isReadableByOthers: Bool { mode & 0o044 != 0 }
}

package enum FileProblem: Error, Hashable, Sendable {
    case missing, notPermitted, notAFile, tooLarge, unreadable

    var message: String {
        switch self {
        case .missing: "there is no such file"
        case .notPermitted: "the file may not be read by this user"
        case .notAFile: "it is not a file"
        case .tooLarge: "the file is too large"
        case .unreadable: "the file cannot be read"
        }
    }
}
