/// `${NAME}` and `${NAME:-default}` inside text.
///
/// A `$` that no `{` follows is a `$`: passwords have them. `${` is always the beginning of a variable, so that a
/// misspelt one cannot become part of a value unnoticed.
enum Interpolation {
    enum Failure: Error, Hashable {
        case undefined(variable: String)
        case malformed

        var message: String {
            switch self {
            case .undefined(let variable):
                "environment variable \(variable) is not set; set it, or write ${\(variable):-default}"
            case .malformed:
                "'${' must go on as ${NAME} or ${NAME:-default}; text with a '${' of its own goes into a file"
            }
        }
    }

    /// - Returns: the text, and whether anything in it came from the environment.
    static func expand(
        _ text: String, environment: (String) -> String?
    ) throws(Failure) -> (text: String, isExpanded: Bool) {
        var rest = Array(text.utf8)[...]
        var result: [UInt8] = []
        var isExpanded = false
        while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
            result.append(contentsOf: rest[..<dollar])
            rest = rest[dollar...]
            guard rest.starts(with: "${".utf8) else {
                result.append(UInt8(ascii: "$"))
                rest = rest.dropFirst()
                continue
            }
            result.append(contentsOf: try variable(&rest, environment: environment).utf8)
            isExpanded = true
        }
        guard isExpanded else { return (text, false) }
        return (String(decoding: result + rest, as: UTF8.self), true)
    }

    /// Takes `${NAME}` or `${NAME:-default}` from the front. For the default, an empty variable counts as unset, as in
    /// a shell.
    private static func variable(
        _ rest: inout ArraySlice<UInt8>, environment: (String) -> String?
    ) throws(Failure) -> String {
        let body = rest.dropFirst(2)
        let name = body.prefix(while: isNameByte)
        guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { throw .malformed }
        let afterName = body.dropFirst(name.count)
        let variable = String(decoding: name, as: UTF8.self)
        if afterName.first == UInt8(ascii: "}") {
            rest = afterName.dropFirst()
            guard let value = environment(variable) else { throw .undefined(variable: variable) }
            return value
        }
        guard afterName.starts(with: ":-".utf8), let end = afterName.firstIndex(of: UInt8(ascii: "}")) else {
            throw .malformed
        }
        rest = afterName[end...].dropFirst()
        if let value = environment(variable), !value.isEmpty { return value }
        return String(decoding: afterName[..<end].dropFirst(2), as: UTF8.self)
    }

    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy(isNameByte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
    }
}
