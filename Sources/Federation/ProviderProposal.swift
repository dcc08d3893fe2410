internal import HTTPFetch
internal import Identifiers
package import JOSE

/// A provider as somebody asks for it over the API: texts that nobody has looked at yet.
package struct ProviderProposal: Sendable {
    /// What a problem is about; the API has its own names for these.
    package enum Field: Hashable, Sendable { case issuer, audiences, algorithms, clockSkew, keys, client }

    /// How people sign in through it; texts too, empty where discovery says it.
    package struct Client: Sendable {
        package var clientID = ""
        package var authorizationURL = ""
        package var tokenURL = ""
        package var userInfoURL = ""
        package var logoutURL = ""
        /// Separated by spaces; empty: the standard ones.
        package var scopes = ""
        package var prompt: String?
        package var skipsUserinfo = false
        package var passesLoginHint = true
        package var title = ""
        package var icon = ""
        package var authoritativeDomains: [String] = []

        package init() {}
    }

    package struct Problem: Error, Hashable, Sendable {
        package let field: Field
        /// To follow the field's name: "must be ...".
        package let reason: String
    }

    package var kind: ProviderKind
    package var issuer: String
    package var audiences: [String]
    /// Empty: the standard ones.
    package var algorithms: [String]
    /// Seconds.
    package var clockSkew: Int64
    /// Empty: what discovery names.
    package var keysURL: String
    package var requiredValues: [String: String]
    package var client: Client?

    package init(
        kind: ProviderKind, issuer: String, audiences: [String], algorithms: [String] = [], clockSkew: Int64 = 0,
        keysURL: String = "", requiredValues: [String: String] = [:]
    ) {
        (self.kind, self.issuer, self.audiences, self.algorithms) = (kind, issuer, audiences, algorithms)
        (self.clockSkew, self.keysURL, self.requiredValues) = (clockSkew, keysURL, requiredValues)
        client = nil
    }
}

extension ProviderRegistry {
    /// The definition that a proposal asks for. Every URL in it is one that we would fetch (security rule 5), so that
    /// nobody can register a provider that leads inside.
    package func definition(
        _ proposal: ProviderProposal, named name: ProviderName
    ) throws(ProviderProposal.Problem) -> ProviderDefinition {
        let issuer = try issuer(proposal.issuer)
        let source = try keySource(proposal.keysURL)
        var audiences: Set<Audience> = []
        for text in proposal.audiences {
            do { audiences.insert(try Audience(text)) } catch {
                throw ProviderProposal.Problem(field: .audiences, reason: error.reason)
            }
        }
        guard (1...100).contains(audiences.count) else {
            throw ProviderProposal.Problem(
                field: .audiences, reason: "must be 1 to 100 texts: without one, no token could ever be accepted")
        }
        guard (0...ProviderDefinition.largestClockSkew).contains(proposal.clockSkew) else {
            throw ProviderProposal.Problem(
                field: .clockSkew, reason: "must be 0 to \(ProviderDefinition.largestClockSkew) seconds")
        }
        do throws(InvalidValue) {
            return try ProviderDefinition(
                name: name, kind: proposal.kind, issuer: .exactly(issuer), audiences: audiences,
                algorithms: try Self.algorithms(proposal.algorithms), clockSkew: proposal.clockSkew,
                keySource: source, requiredValues: proposal.requiredValues,
                client: proposal.client.map { registration($0) })
        } catch {
            throw ProviderProposal.Problem(field: .algorithms, reason: error.reason)
        }
    }

    /// URLs were looked at before (`obstacle`); one that is none by now is as if it was not given.
    private func registration(_ client: ProviderProposal.Client) -> ClientRegistration {
        func url(_ text: String) -> FetchURL? { try? FetchURL(text, allowing: policy.allowOrigins) }
        let scopes = client.scopes.utf8.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) }
        var registration = ClientRegistration(
            clientID: client.clientID, authentication: .clientSecretBasic,
            scopes: scopes.isEmpty ? ClientRegistration.defaultScopes : scopes,
            authorizationEndpoint: url(client.authorizationURL), tokenEndpoint: url(client.tokenURL),
            userinfoEndpoint: url(client.userInfoURL), endSessionEndpoint: url(client.logoutURL),
            prompt: client.prompt, skipsUserinfo: client.skipsUserinfo, passesLoginHint: client.passesLoginHint)
        registration.title = client.title
        registration.icon = client.icon
        registration.authoritativeDomains = client.authoritativeDomains
        return registration
    }

    /// Why we would not fetch from there, in words that follow the field's name; `nil` when we would, as far as the
    /// text tells: where a name leads is looked at on every connection.
    package func obstacle(toFetching text: String) -> String? {
        do throws(FetchFailure) {
            _ = try FetchURL(text, allowing: policy.allowOrigins)
            return nil
        } catch {
            let opening = "or have the operator name its origin in outbound.allow_origins"
            switch error {
            case .notHTTPS: return "must be an https URL; change it, \(opening)"
            case .addressRefused(let range) where range.opensForAllowedOrigins:
                return "must not lead to a \(range.rawValue) address; use a public one, \(opening)"
            case .addressRefused(let range): return "must not lead to a \(range.rawValue) address; use a public one"
            case .invalidURL(.userInformation): return "must be a URL without user and password"
            case .invalidURL(.fragment): return "must be a URL without '#'"
            case .invalidURL(.tooLong): return "must be at most 2048 bytes"
            default: return "must be a URL such as https://idp.example.com/path, its host spelled plainly"
            }
        }
    }

    private func issuer(_ text: String) throws(ProviderProposal.Problem) -> Issuer {
        // First in the words of a URL, which say how to mend it.
        if let obstacle = obstacle(toFetching: text) {
            throw ProviderProposal.Problem(field: .issuer, reason: obstacle)
        }
        do {
            return try Issuer(text, allowingPlainHTTPOrigins: Set(policy.allowOrigins.map { Key($0.rawValue) }))
        } catch {
            throw ProviderProposal.Problem(field: .issuer, reason: error.reason)
        }
    }

    private func keySource(_ text: String) throws(ProviderProposal.Problem) -> KeySource {
        guard !text.isEmpty else { return .discovery }
        guard let url = try? FetchURL(text, allowing: policy.allowOrigins) else {
            throw ProviderProposal.Problem(
                field: .keys, reason: obstacle(toFetching: text) ?? "must be a URL that can be fetched")
        }
        return .jwksURI(url)
    }

    /// No algorithm with a shared secret: whoever can check such a token can also make one.
    private static func algorithms(_ texts: [String]) throws(InvalidValue) -> Set<SignatureAlgorithm> {
        guard !texts.isEmpty else { return ProviderDefinition.defaultAlgorithms }
        let known = SignatureAlgorithm.allCases.filter { !$0.isSymmetric }
        var algorithms: Set<SignatureAlgorithm> = []
        for text in texts {
            guard let algorithm = known.first(where: { $0.rawValue.hasSameBytes(as: text) }) else {
                throw InvalidValue("algorithms", "must be of \(known.map(\.rawValue).joined(separator: ", "))")
            }
            algorithms.insert(algorithm)
        }
        return algorithms
    }
}

extension ProviderDefinition {
    /// Where the keys are when somebody said so; empty when discovery or a file does.
    package var keysURLText: String { if case .jwksURI(let url) = keySource { url.rawValue } else { "" } }

    /// Whether tokens of that issuer come in through this provider already.
    package func admits(issuer: Issuer) -> Bool {
        switch self.issuer {
        case .exactly(let own): return own == issuer
        case .template(let template):
            guard mayIssue(Key(issuer.rawValue)) else { return false }
            guard case .only(let tenants) = template.tenants else { return true }
            return tenants.contains { template.issuer(of: $0.rawValue).hasSameBytes(as: issuer.rawValue) }
        }
    }
}
