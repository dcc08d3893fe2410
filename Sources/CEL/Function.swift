/// The functions that an expression may call. Adding one means a case, its forms here, and its line in `Library`.
enum Function: String, Sendable, CaseIterable {
    case size, int, uint, double, string, bytes, bool, type, dyn
    case startsWith, endsWith, contains, lowerAscii, upperAscii, split, join

    /// How a function may be written and what it takes. A method's first parameter is its receiver.
    struct Form: Sendable {
        let isMethod: Bool
        let parameters: [Parameter]
        var optional = 0
        let result: CELType

        func accepts(count: Int) -> Bool { (parameters.count - optional...parameters.count).contains(count) }
    }

    enum Parameter: Sendable {
        case any
        case kinds([CELKind])

        func accepts(_ type: CELType) -> Bool {
            guard case .kinds(let kinds) = self, let kind = type.kind else { return true }
            return kinds.contains(kind)
        }

        var phrase: String {
            switch self {
            case .any: "anything"
            case .kinds(let kinds): kinds.map(\.phrase).joined(separator: " or ")
            }
        }
    }

    var forms: [Form] {
        let string = Parameter.kinds([.string])
        let numeric: [CELKind] = [.int, .uint, .double, .string]
        switch self {
        case .size:
            let measured = Parameter.kinds([.string, .bytes, .list, .map])
            return [
                Form(isMethod: false, parameters: [measured], result: .int),
                Form(isMethod: true, parameters: [measured], result: .int),
            ]
        case .int: return [Form(isMethod: false, parameters: [.kinds(numeric)], result: .int)]
        case .uint: return [Form(isMethod: false, parameters: [.kinds(numeric)], result: .uint)]
        case .double: return [Form(isMethod: false, parameters: [.kinds(numeric)], result: .double)]
        case .string:
            return [Form(isMethod: false, parameters: [.kinds(numeric + [.bool, .bytes])], result: .string)]
        case .bytes: return [Form(isMethod: false, parameters: [.kinds([.string, .bytes])], result: .bytes)]
        case .bool: return [Form(isMethod: false, parameters: [.kinds([.string, .bool])], result: .bool)]
        case .type: return [Form(isMethod: false, parameters: [.any], result: .type)]
        case .dyn: return [Form(isMethod: false, parameters: [.any], result: .dyn)]
        case .startsWith, .endsWith, .contains:
            return [Form(isMethod: true, parameters: [string, string], result: .bool)]
        case .lowerAscii, .upperAscii: return [Form(isMethod: true, parameters: [string], result: .string)]
        case .split:
            return [
                Form(isMethod: true, parameters: [string, string, .kinds([.int])], optional: 1, result: .list(.string))
            ]
        case .join:
            return [Form(isMethod: true, parameters: [.kinds([.list]), string], optional: 1, result: .string)]
        }
    }

    /// Whether a call is a test worth a line in an explanation.
    var isTest: Bool { self == .startsWith || self == .endsWith || self == .contains }
}
