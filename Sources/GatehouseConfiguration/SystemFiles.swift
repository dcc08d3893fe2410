internal import Glibc

extension ConfigurationFiles {
    /// The real file system.
    package static let system = ConfigurationFiles(read: readFile, list: listFolder)
}

private func readFile(_ path: String, limit: Int) -> Result<FileContent, FileProblem> {
    // O_NONBLOCK: a named pipe in the place of a file must not hang the start.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
        switch errno {
        case ENOENT, ENOTDIR: return .failure(.missing)
        case EACCES, EPERM: return .failure(.notPermitted)
        default: return .failure(.unreadable)
        }
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return .failure(.unreadable) }
    guard status.st_mode & S_IFMT == S_IFREG else { return .failure(.notAFile) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { return .failure(.unreadable) }
        if count == 0 { return .success(FileContent(bytes: bytes, mode: status.st_mode & 0o777)) }
        guard bytes.count + count <= limit else { return .failure(.tooLarge) }
        bytes.append(contentsOf: chunk.prefix(count))
    }
}

private func listFolder(_ path: String) -> [String]? {
    guard let folder = unsafe opendir(path) else { return nil }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            unsafe pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name))
            {
                unsafe String(cString: $0)
            }
        }
        names.append(name)
    }
    return names
}

extension Surroundings {
    /// The real environment and file system. Read before anything changes the environment.
    package static let system = Surroundings(
        environment: { name in unsafe getenv(name).map { value in unsafe String(cString: value) } }, files: .system)
}
