import Glibc
import Testing

/// A directory of its own for one test, removed with everything in it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array((P_tmpdir + "/gatehouse-store-XXXXXX").utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer -> String? in
            guard let address = buffer.baseAddress, let made = unsafe mkdtemp(address) else { return nil }
            return unsafe String(cString: made)
        }
        path = try #require(made)
    }

    deinit { Self.remove(path) }

    func file(_ name: String) -> String { path + "/" + name }

    /// The permission bits of a file; `nil` when it is not there.
    static func mode(_ path: String) -> UInt32? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    private static func remove(_ path: String) {
        guard let directory = unsafe opendir(path) else { return }
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." {
                let child = path + "/" + name
                if unsafe unlink(child) != 0 { remove(child) }
            }
        }
        unsafe closedir(directory)
        unsafe rmdir(path)
    }
}
