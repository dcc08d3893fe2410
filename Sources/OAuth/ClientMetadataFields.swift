internal import Identifiers
internal import StrictJSON

/// The members of a client's JSON, each read as what it has to be. A member of another type is refused and never read
/// as absent, and `null` is another type: who wrote it meant something.
struct ClientMetadataFields {
    private let object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    static let names: Set<String> = [
        "client_id", "client_name", "redirect_uris", "post_logout_redirect_uris", "grant_types",
        "token_endpoint_auth_method", "jwks", "jwks_uri", "scope", "resources", "resource_server", "consent",
        "access_token_lifetime", "client_uri", "logo_uri", "policy_uri", "tos_uri",
    ]

    /// Beside the registry's names, the short ones of the two that are URNs.
    private static let grantNames: [Key: GrantType] = [
        Key("authorization_code"): .authorizationCode, Key("refresh_token"): .refreshToken,
        Key("client_credentials"): .clientCredentials, Key(GrantType.deviceCode.rawValue): .deviceCode,
        Key("device_code"): .deviceCode, Key(GrantType.tokenExchange.rawValue): .tokenExchange,
        Key("token_exchange"): .tokenExchange,
    ]

    private static let longestList = 100

    /// A misspelt member would be a rule that does not hold. It is named when it looks like a name.
    func refuseUnknown() throws(InvalidValue) {
        let known = Set(Self.names.map { Key($0) })
        for name in object.names where !known.contains(Key(name)) {
            let isPlain = name.utf8.count <= 40 && name.utf8.allSatisfy { $0.isASCIILetter || $0 == 0x5F }
            throw InvalidValue("client metadata", isPlain ? "unknown member \(name)" : "unknown member")
        }
    }

    func clientID() throws(InvalidValue) -> String {
        guard let text = try text("client_id") else { throw InvalidValue("client_id", "is missing") }
        guard text.isClientID else { throw InvalidValue("client_id", "must be 1 to 255 printable ASCII characters") }
        return text
    }

    /// What a person reads before consenting: neither invisible nor turned around (UTS #39 §5.4).
    func name(_ member: String) throws(InvalidValue) -> String? {
        guard let text = try text(member) else { return nil }
        let isShown = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
            default: true
            }
        }
        guard (1...255).contains(text.utf8.count), isShown else {
            throw InvalidValue(member, "must be 1 to 255 bytes without control and invisible characters")
        }
        return text
    }

    func grantTypes() throws(InvalidValue) -> [GrantType] {
        guard object["grant_types"] != nil else { return [.authorizationCode] }  // RFC 7591 §2
        let types = try list("grant_types") { text throws(InvalidValue) in
            guard let type = Self.grantNames[Key(text)] else { throw InvalidValue("grant type", "is not supported") }
            return type
        }
        guard !types.isEmpty else { throw InvalidValue("grant_types", "must have at least one") }
        return types
    }

    func scope() throws(InvalidValue) -> Scope? {
        guard let text = try text("scope") else { return nil }
        do { return try Scope(text) } catch { throw InvalidValue("scope", error.reason) }
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ member: String
    ) throws(InvalidValue) -> Choice? where Choice.RawValue == String {
        guard let text = try text(member) else { return nil }
        guard let choice = Choice.allCases.first(where: { $0.rawValue.hasSameBytes(as: text) }) else {
            throw InvalidValue(member, "must be of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    /// The address of a document on the web, as narrowly written as a redirect URI. `http` is loopback only.
    func address(_ member: String, schemes: [String] = ["https://"]) throws(InvalidValue) -> String? {
        guard let text = try text(member) else { return nil }
        guard schemes.contains(where: { text.utf8.starts(with: $0.utf8) }) else {
            throw InvalidValue(member, "must be an https address")
        }
        do { return try RedirectURI(text).rawValue } catch { throw InvalidValue(member, error.reason) }
    }

    func seconds(_ member: String, in range: ClosedRange<Int64>) throws(InvalidValue) -> Int64? {
        guard let value = object[member] else { return nil }
        guard let seconds = value.integerValue, range.contains(seconds) else {
            throw InvalidValue(member, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return seconds
    }

    func object(_ member: String) throws(InvalidValue) -> JSONObject? {
        guard let value = object[member] else { return nil }
        guard let object = value.objectValue else { throw InvalidValue(member, "must be an object, not \(value.kind)") }
        return object
    }

    /// Texts, none of them twice, each made into what it stands for; absent is none.
    func list<Element: Hashable>(
        _ member: String, _ make: (String) throws(InvalidValue) -> Element
    ) throws(InvalidValue) -> [Element] {
        guard let value = object[member] else { return [] }
        guard let values = value.arrayValue else { throw InvalidValue(member, "must be an array, not \(value.kind)") }
        guard values.count <= Self.longestList else {
            throw InvalidValue(member, "must be at most \(Self.longestList)")
        }
        var elements: [Element] = []
        for value in values {
            guard let text = value.stringValue else { throw InvalidValue(member, "has \(value.kind), not a string") }
            do throws(InvalidValue) {
                let element = try make(text)
                guard !elements.contains(element) else { throw InvalidValue(member, "has the same twice") }
                elements.append(element)
            } catch { throw InvalidValue(member, error.reason) }
        }
        return elements
    }

    private func text(_ member: String) throws(InvalidValue) -> String? {
        guard let value = object[member] else { return nil }
        guard let text = value.stringValue else { throw InvalidValue(member, "must be a string, not \(value.kind)") }
        return text
    }
}
