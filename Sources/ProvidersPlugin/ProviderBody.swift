import APIConventions
import Broker
import Identifiers
import Secrets
import ServerPlugin

/// The body of create and replace: `{"spec": {"provider_type": ..., one spec}}`.
enum ProviderBody {
    /// The longest client secret; Azure's have 40 bytes, Google's 35.
    static let largestSecret = 4096

    static func read(_ body: RequestBody) throws(APIError) -> (ProviderSpec, Secret?) {
        let outer = try body.required("spec", try body.object("spec"))
        let type = try outer.enumeration("provider_type", ProviderType.allCases)
        var given: [(form: ProviderSpec.Form, body: RequestBody)] = []
        for form in ProviderSpec.Form.allCases {
            if let inner = try outer.object(form.rawValue) { given.append((form, inner)) }
        }
        guard let (form, inner) = given.first, given.count == 1 else {
            let names = ProviderSpec.Form.allCases.map(\.rawValue).joined(separator: ", ")
            throw outer.invalid("oidcproviderspec", "must be exactly one of \(names)")
        }
        if let type, type != ProviderType(form) {
            throw outer.invalid(
                "provider_type", "is \(type.rawValue), and \(form.rawValue) is for \(ProviderType(form).rawValue)")
        }
        return try read(inner, as: form)
    }

    private static func read(
        _ body: RequestBody, as form: ProviderSpec.Form
    ) throws(APIError) -> (ProviderSpec, Secret?) {
        var (spec, secret) = (ProviderSpec(form), Secret?.none)
        for field in ProviderSpec.fields(of: form) {
            let name = field.name
            switch field.value {
            case .text(let path, _), .url(let path):
                let text = try body.text(name)
                spec[keyPath: path] = (field.isRequired ? try body.required(name, text) : text) ?? ""
            case .flag(let path): spec[keyPath: path] = try body.boolean(name) ?? false
            case .seconds(let path): spec[keyPath: path] = try body.integer(name) ?? 0
            case .texts(let path):
                let texts = try body.texts(name)
                guard !field.isRequired || !texts.isEmpty else { throw body.invalid(name, "is required") }
                spec[keyPath: path] = texts
            case .prompt:
                spec.prompt = try body.enumeration(name, ProviderSpec.Prompt.allCases) ?? .unspecified
            case .secret: secret = try clientSecret(body, name)
            case .alwaysTrue:
                guard try body.boolean(name) ?? true else {
                    throw body.invalid(name, "must not be false: signatures are always checked")
                }
            }
        }
        if form == .workload, try body.has("client_secret") {
            throw body.invalid(
                "client_secret", "must not be given: nobody signs in at an issuer of tokens for machines")
        }
        if try body.boolean("disable_nonce") ?? false {
            throw body.invalid("disable_nonce", "must not be true: a nonce is always sent and checked")
        }
        return (spec, secret)
    }

    /// No message quotes any of it.
    private static func clientSecret(_ body: RequestBody, _ name: String) throws(APIError) -> Secret {
        let text = try body.required(name, try body.text(name))
        guard text.utf8.count <= largestSecret, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw body.invalid(name, "must be at most \(largestSecret) bytes without control characters")
        }
        return Secret(utf8: text)
    }
}

/// The contract's types, in its order.
enum ProviderType: String, CaseIterable {
    case `default` = "DEFAULT"
    case google = "GOOGLE"
    case azure = "AZURE"
    case okta = "OKTA"

    /// The contract has no type for machines: its clients know four.
    init(_ form: ProviderSpec.Form) {
        switch form {
        case .azure: self = .azure
        case .google: self = .google
        case .okta: self = .okta
        case .generic, .workload: self = .default
        }
    }
}
