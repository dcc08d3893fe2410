import GatehouseConfiguration
import StrictJSON

/// A file system and an environment in a dictionary.
struct MemoryFiles: Sendable {
    var files: [String: FileContent] = [:]
    var environment: [String: String] = [:]

    init(_ texts: [String: String] = [:], environment: [String: String] = [:]) {
        for (path, text) in texts { self[path] = text }
        self.environment = environment
    }

    subscript(path: String) -> String? {
        get { files[path].map { String(decoding: $0.bytes, as: UTF8.self) } }
        set { files[path] = newValue.map { FileContent(bytes: Array($0.utf8), mode: 0o600) } }
    }

    mutating func set(_ path: String, _ text: String, mode: UInt32) {
        files[path] = FileContent(bytes: Array(text.utf8), mode: mode)
    }

    var surroundings: Surroundings {
        let (files, environment) = (files, environment)
        return Surroundings(
            environment: { environment[$0] },
            files: ConfigurationFiles(
                read: { path, limit in
                    guard let content = files[path] else { return .failure(.missing) }
                    return content.bytes.count > limit ? .failure(.tooLarge) : .success(content)
                },
                list: { folder in
                    let inside = files.keys.filter { $0.hasPrefix(folder + "/") }
                    return inside.isEmpty
                        ? nil : inside.map { String($0.dropFirst(folder.count + 1)) }.filter { !$0.contains("/") }
                }))
    }

    func load(
        _ paths: [String] = ["gatehouse.yaml"], templates: TemplateCatalog = .none
    ) throws(ConfigurationProblems) -> LoadedConfiguration {
        try loadConfiguration(paths: paths, surroundings: surroundings, templates: templates)
    }

    /// The lines that a person would see; empty when all is well.
    func problems(_ paths: [String] = ["gatehouse.yaml"], templates: TemplateCatalog = .none) -> [String] {
        do throws(ConfigurationProblems) {
            _ = try load(paths, templates: templates)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }
}

/// A `gatehouse.yaml` with what must be there, and more lines from line 2 on.
func minimal(_ lines: String = "") -> String { "public_url: https://id.example.com\n" + lines }

func settings(
    _ lines: String, files: [String: String] = [:], environment: [String: String] = [:]
) throws -> GatehouseSettings {
    var memory = MemoryFiles(files, environment: environment)
    memory["gatehouse.yaml"] = minimal(lines)
    return try memory.load().settings
}

func problems(_ lines: String, files: [String: String] = [:], environment: [String: String] = [:]) -> [String] {
    var memory = MemoryFiles(files, environment: environment)
    memory["gatehouse.yaml"] = minimal(lines)
    return memory.problems()
}
