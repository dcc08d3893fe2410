public import Identifiers

/// How somebody proved who they are, in the words of authentication policies.
public enum AuthenticationMechanism: String, CaseIterable, Hashable, Sendable {
    /// Signed in through a provider, with a browser.
    case session = "SESSION"
    /// A token of ours that is looked up, of a person or of a service user.
    case apiToken = "API_TOKEN"
    case certificate = "CERTIFICATE"
    /// What another issuer's token was exchanged for, and everything that came of that.
    case exchange = "EXCHANGE"
}

/// What is known of a credential when it is presented, for authentication policies to judge.
public struct AuthenticationFacts: Hashable, Sendable {
    /// Where a request comes from.
    public enum Source: Hashable, Sendable {
        /// As text: only a policy with networks reads it. One that does not read is in no network.
        case address(String)
        /// Nobody sends a request with it now: it is described or issued. Judged when it is used.
        case notUsed
    }

    /// All of them: an API token that an exchange gave is both.
    public let mechanisms: Set<AuthenticationMechanism>
    /// The contract's name of its type; `nil` for what is not stored as a credential.
    public let credentialType: String?
    /// From its making to its end, in seconds.
    public let lifetime: Int64
    /// How it was made sure at the beginning who it is; `nil` when nobody said.
    public let context: AuthenticationContext?
    public let source: Source

    public init(
        mechanisms: Set<AuthenticationMechanism>, credentialType: String?, lifetime: Int64,
        context: AuthenticationContext?, source: Source
    ) {
        self.mechanisms = mechanisms
        self.credentialType = credentialType
        self.lifetime = lifetime
        self.context = context
        self.source = source
    }
}

/// What an authentication policy asks of whoever uses its namespace. What is empty or absent asks for nothing.
public struct AuthenticationRules: Hashable, Sendable {
    public var mechanisms: Set<AuthenticationMechanism> = []
    /// The contract's names. Says nothing of sessions and access tokens, which are no credentials of a type.
    public var credentialTypes: Set<String> = []
    /// Seconds from making to end.
    public var maximumLifetime: Int64?
    /// One of these (`acr`, OpenID Connect Core §2).
    public var requiredContextClasses: [String] = []
    /// All of these (`amr`, RFC 8176).
    public var requiredMethods: [String] = []
    /// One of these.
    public var sourceNetworks: [IPNetwork] = []

    public init() {}

    public var isEmpty: Bool { self == AuthenticationRules() }

    /// Everything that a credential does not meet, in a fixed order.
    public func violations(of facts: AuthenticationFacts) -> [AuthenticationViolation] {
        var found: [AuthenticationViolation] = []
        if !mechanisms.isEmpty, !facts.mechanisms.isSubset(of: mechanisms) {
            found.append(.mechanism(facts.mechanisms.subtracting(mechanisms), allowed: mechanisms))
        }
        if !credentialTypes.isEmpty, let type = facts.credentialType, !credentialTypes.contains(type) {
            found.append(.credentialType(type, allowed: credentialTypes))
        }
        if let maximumLifetime, facts.lifetime > maximumLifetime {
            found.append(.lifetime(facts.lifetime, maximum: maximumLifetime))
        }
        if !requiredContextClasses.isEmpty,
            !requiredContextClasses.contains(where: { facts.context?.contextClass?.hasSameBytes(as: $0) ?? false })
        {
            found.append(.contextClass(required: requiredContextClasses))
        }
        let missing = requiredMethods.filter { wanted in
            !(facts.context?.methods ?? []).contains { $0.hasSameBytes(as: wanted) }
        }
        if !missing.isEmpty { found.append(.methods(missing: missing)) }
        if !sourceNetworks.isEmpty, case .address(let text) = facts.source {
            let isInside = IPAddress(text).map { address in sourceNetworks.contains { $0.contains(address) } } ?? false
            if !isInside { found.append(.sourceNetwork) }
        }
        return found
    }
}

/// What a credential does not meet. The words are for whoever presents it: their own credential, and what to bring.
public enum AuthenticationViolation: Hashable, Sendable {
    case mechanism(Set<AuthenticationMechanism>, allowed: Set<AuthenticationMechanism>)
    case credentialType(String, allowed: Set<String>)
    /// Seconds.
    case lifetime(Int64, maximum: Int64)
    case contextClass(required: [String])
    case methods(missing: [String])
    case sourceNetwork

    /// The stable code, for the log and for tests.
    public var code: String {
        switch self {
        case .mechanism: "authentication.mechanism"
        case .credentialType: "authentication.credential_type"
        case .lifetime: "authentication.lifetime"
        case .contextClass: "authentication.acr"
        case .methods: "authentication.amr"
        case .sourceNetwork: "authentication.source_network"
        }
    }

    /// What is wrong and what would do. Networks are not told: they are nobody's business outside.
    public var message: String {
        switch self {
        case .mechanism(let used, let allowed):
            let allowed = AuthenticationMechanism.allCases.filter(allowed.contains).map(\.rawValue)
            return "it allows \(allowed.joined(separator: ", ")) and this is"
                + " \(used.map(\.rawValue).sorted().joined(separator: " and "))"
        case .credentialType(let type, let allowed):
            return "it allows credentials of type \(allowed.sorted().joined(separator: ", ")) and this is \(type)"
        case .lifetime(let lifetime, let maximum):
            return "it allows a lifetime of at most \(maximum) s and this has \(lifetime) s"
        case .contextClass(let required): return "it asks for acr \(required.joined(separator: " or "))"
        case .methods(let missing): return "it asks for amr \(missing.joined(separator: " and "))"
        case .sourceNetwork: return "it does not allow the network that the request comes from"
        }
    }
}
