internal import Yams

/// Reads YAML text into nodes with places. The only file that knows Yams.
///
/// Refused although YAML allows it, because configuration never needs it and readers differ on it: anchors and aliases
/// (a small file could stand for gigabytes), tags, several documents, keys that are no text, one key twice.
package enum YAMLDocument {
    package static let largestFile = 1 << 20
    package static let deepestNesting = 32

    /// - Returns: `nil` for an empty file; the problems are then none.
    package static func parse(
        _ bytes: [UInt8], file: String
    ) throws(ConfigurationProblems) -> YAMLNode? {
        let start = ConfigurationPosition(file: file, line: 1, column: 1)
        guard bytes.count <= largestFile else {
            throw ConfigurationProblems([ConfigurationProblem("file is larger than 1 MiB", at: start)])
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationProblems([ConfigurationProblem("file is not UTF-8", at: start)])
        }
        guard !AliasScan.isSuspicious(bytes) else {
            throw ConfigurationProblems([ConfigurationProblem(NodeWalk.noAnchors, at: start)])
        }
        do {
            let parser = try Parser(yaml: text, encoding: .utf8)
            // A node refers to its anchor weakly: the parser must outlive the walk.
            return try withExtendedLifetime(parser) {
                guard let root = try parser.singleRoot() else { return nil }
                var walk = NodeWalk(file: file)
                let node = walk.node(root, depth: 0)
                guard walk.problems.isEmpty else { throw ConfigurationProblems(walk.problems) }
                return node
            }
        } catch let problems as ConfigurationProblems {
            throw problems
        } catch let error as YamlError {
            throw ConfigurationProblems([problem(of: error, file: file)])
        } catch {
            throw ConfigurationProblems([ConfigurationProblem("not YAML", at: start)])
        }
    }

    /// Yams' own description shows the line, which may hold a secret: only libyaml's fixed sentences are kept.
    private static func problem(of error: YamlError, file: String) -> ConfigurationProblem {
        func at(_ mark: Mark?, _ message: String) -> ConfigurationProblem {
            let (line, column) = (max(1, mark?.line ?? 1), max(1, mark?.column ?? 1))
            return ConfigurationProblem(message, at: ConfigurationPosition(file: file, line: line, column: column))
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let what = [context?.text, problem].compactMap(\.self).joined(separator: ", ")
            let isBareAsterisk = what.contains("anchor") || what.contains("alias")
            return at(
                mark, "not YAML: " + what + (isBareAsterisk ? "; put a value with * or & in front into quotes" : ""))
        case .composer(_, let problem, let mark, _): return at(mark, "not YAML that is read here: \(problem)")
        case .duplicatedKeysInMapping(_, let context): return at(context.mark, "this key comes twice in its map")
        case .memory: return at(nil, "nested too deeply")
        default: return at(nil, "not YAML: a character that YAML does not allow")
        }
    }
}

/// From Yams' nodes to ours, with every problem on the way.
private struct NodeWalk {
    static let noAnchors = "anchors (&) and aliases (*) are not read here; write the value out, or quote the text"

    let file: String
    var problems: [ConfigurationProblem] = []

    mutating func node(_ node: Node, depth: Int) -> YAMLNode {
        let position = position(node.mark)
        if node.anchor != nil { problems.append(ConfigurationProblem(Self.noAnchors, at: position)) }
        guard node.anchor == nil, depth <= YAMLDocument.deepestNesting else {
            if node.anchor == nil {
                problems.append(ConfigurationProblem("nested deeper than 32 levels", at: position))
            }
            return YAMLNode(.list([]), at: position)
        }
        switch node {
        case .scalar(let scalar):
            refuse(scalar.tag, at: position)
            return YAMLNode(.scalar(YAMLScalar(scalar.string, style: style(scalar.style))), at: position)
        case .sequence(let sequence):
            refuse(sequence.tag, at: position)
            return YAMLNode(.list(sequence.map { self.node($0, depth: depth + 1) }), at: position)
        case .mapping(let mapping):
            refuse(mapping.tag, at: position)
            return YAMLNode(.map(mapping.compactMap { entry($0, $1, depth: depth + 1) }), at: position)
        case .alias:
            problems.append(ConfigurationProblem(Self.noAnchors, at: position))
            return YAMLNode(.list([]), at: position)
        }
    }

    private func style(_ style: Node.Scalar.Style) -> YAMLScalar.Style {
        switch style {
        case .any, .plain: .plain
        case .singleQuoted, .doubleQuoted: .quoted
        case .literal, .folded: .block
        }
    }

    private mutating func entry(_ key: Node, _ value: Node, depth: Int) -> YAMLEntry? {
        let position = position(key.mark)
        guard case .scalar(let scalar) = key, key.anchor == nil else {
            problems.append(ConfigurationProblem("a key must be text", at: position))
            return nil
        }
        return YAMLEntry(key: scalar.string, at: position, value: node(value, depth: depth))
    }

    /// Quoted text carries the tag of text; every other tag was written by hand.
    private mutating func refuse(_ tag: Tag, at position: ConfigurationPosition) {
        let ordinary: [Tag.Name] = [.implicit, .str, .seq, .map]
        guard !ordinary.contains(where: { $0.rawValue == tag.rawValue }) else { return }
        problems.append(ConfigurationProblem("tags (!) are not read here", at: position))
    }

    private func position(_ mark: Mark?) -> ConfigurationPosition {
        ConfigurationPosition(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1)
    }
}

/// Yams puts an anchor's value in the place of each alias, and compares whole values when they are keys: a dozen lines
/// can keep it busy for hours. Sixteen aliases cannot multiply to more than a few hundred values; more are not parsed.
private enum AliasScan {
    static func isSuspicious(_ bytes: [UInt8]) -> Bool {
        var (anchors, aliases) = (0, 0)
        var previous = UInt8(ascii: "\n")
        for (byte, next) in zip(bytes, bytes.dropFirst()) {
            if " \t\r\n[{,:?-".utf8.contains(previous), !" \t\r\n&*=,]}\"'".utf8.contains(next) {
                if byte == UInt8(ascii: "&") { anchors += 1 }
                if byte == UInt8(ascii: "*") { aliases += 1 }
            }
            previous = byte
        }
        return anchors > 0 && aliases > 16
    }
}
