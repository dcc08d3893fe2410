/// Paths as text, without asking the file system.
package enum FilePath {
    /// The folder that a file is in: `.` for a bare name.
    package static func folder(of file: String) -> String {
        guard let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == file.utf8.startIndex ? "/" : String(file[..<slash])
    }

    /// `path` as seen from `folder`; an absolute one stays. `./` in front is dropped.
    package static func resolve(_ path: String, in folder: String) -> String {
        if path.utf8.first == UInt8(ascii: "/") { return path }
        var rest = path[...]
        while rest.utf8.starts(with: "./".utf8), rest.utf8.count > 2 { rest = rest.dropFirst(2) }
        if folder == "." { return String(rest) }
        return folder.utf8.last == UInt8(ascii: "/") ? folder + rest : folder + "/" + rest
    }
}
