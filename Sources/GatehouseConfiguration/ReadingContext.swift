/// Collects the problems of one load and knows the surroundings. Reading goes on after a problem, so that one run
/// shows them all.
package final class ReadingContext {
    package let surroundings: Surroundings
    package private(set) var problems: [ConfigurationProblem] = []

    package init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    package func report(_ message: String, at position: ConfigurationPosition, suggestion: String? = nil) {
        problems.append(ConfigurationProblem(message, at: position, suggestion: suggestion))
    }

    package func report(_ found: ConfigurationProblems) { problems.append(contentsOf: found.problems) }

    /// Throws what was found, if anything was.
    package func check() throws(ConfigurationProblems) {
        guard problems.isEmpty else { throw ConfigurationProblems(problems) }
    }

    /// Reads and parses one file; `nil` when it is empty or a problem was reported.
    package func document(_ path: String, wantedAt position: ConfigurationPosition? = nil) -> YAMLNode? {
        switch surroundings.files.read(path, YAMLDocument.largestFile) {
        case .success(let content):
            do throws(ConfigurationProblems) {
                return try YAMLDocument.parse(content.bytes, file: path)
            } catch {
                report(error)
                return nil
            }
        case .failure(let failure):
            let message = position == nil ? failure.message : "\(printable(path)): \(failure.message)"
            report(message, at: position ?? ConfigurationPosition(file: path, line: 0, column: 0))
            return nil
        }
    }

    /// The `*.yaml` files of a folder, in the order of their bytes; `nil` when there is no such folder. Hidden ones
    /// and the `..data` folders of Kubernetes are not files of the operator.
    package func yamlFiles(in folder: String) -> [String]? {
        surroundings.files.list(folder)?
            .filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !$0.hasPrefix(".") }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            .map { FilePath.resolve($0, in: folder) }
    }
}

/// Text from a file as it may stand in a one-line message: no control characters, and not too long.
func printable(_ text: String) -> String {
    let line = String(
        String.UnicodeScalarView(
            text.unicodeScalars.prefix(80).map {
                $0.properties.generalCategory == .control || $0.properties.generalCategory == .format ? "\u{FFFD}" : $0
            }))
    return text.unicodeScalars.count > 80 ? line + "…" : line
}
