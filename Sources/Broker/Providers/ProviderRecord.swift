package import AccessPolicy
package import Federation
import Identifiers
import JOSE
import OpenSSLCrypto
import StrictJSON

/// A provider as the API shows it: one that was made over the API, or one of the configuration.
package struct ProviderRecord: Sendable {
    package enum Origin: String, Hashable, Sendable {
        /// Its file is the only place that changes it.
        case configuration
        case api
    }

    package let name: ProviderName
    package let origin: Origin
    package let id: String
    package var spec: ProviderSpec
    package let kind: ProviderKind
    /// The claim that carries a person's e-mail address; `nil` when nobody said so.
    package var emailClaim: String?
    package let creator: PrincipalID?
    package let createdAt: Timestamp?
    package let modifiedAt: Timestamp?
    package let revision: Int64
    package let switches: ProviderSwitches
    package var isProvisioning: Bool { switches.isProvisioning }
    /// The client secret: only `Broker.clientSecret` opens it.
    var sealedSecret: [UInt8]

    /// OpenID Connect Core §5.1.
    package static let standardEmailClaim = "email"
}

extension ProviderRecord {
    /// A new one, made over the API.
    init(
        making name: ProviderName, id: String, spec: ProviderSpec, sealedSecret: [UInt8], creator: PrincipalID,
        at now: Timestamp
    ) {
        self.init(
            name: name, origin: .api, id: id, spec: spec, kind: spec.kind, emailClaim: nil, creator: creator,
            createdAt: now, modifiedAt: nil, revision: 1, switches: ProviderSwitches(nil),
            sealedSecret: sealedSecret)
    }

    /// Reads a stored one. `nil` for what only has switches (of a provider of the configuration), and for what does not
    /// read: that is in force nowhere.
    init?(_ object: StoredObject) {
        guard object.id.kind == .provider, let name = try? ProviderName(object.name),
            let spec = object.document["spec"]?.objectValue.flatMap(ProviderSpec.init(document:)),
            let id = object.document["id"]?.stringValue, let creator = object.document["creator"]?.stringValue,
            let sealed = object.document["sealed_secret"]?.stringValue.flatMap(Hexadecimal.bytes)
        else { return nil }
        self.init(
            name: name, origin: .api, id: id, spec: spec, kind: spec.kind,
            emailClaim: object.document["email_claim"]?.stringValue, creator: PrincipalID(unchecked: creator),
            createdAt: object.createdAt, modifiedAt: object.revision > 1 ? object.modifiedAt : nil,
            revision: object.revision, switches: ProviderSwitches(object), sealedSecret: sealed)
    }

    /// One of the configuration, with what is kept of it beside its file.
    init(_ definition: ProviderDefinition, switches object: StoredObject?) {
        let isGoogle = definition.issuerText.hasSameBytes(as: ProviderSpec.googleIssuer)
        var spec = ProviderSpec(definition.kind == .workload ? .workload : isGoogle ? .google : .generic)
        spec.issuer = definition.issuerText
        spec.clockSkew = definition.clockSkew
        spec.audiences = definition.audiences.sorted().map(\.rawValue)
        spec.algorithms = definition.algorithms.map(\.rawValue).sorted()
        spec.displayName = definition.name.rawValue
        spec.keysURL = definition.keysURLText
        self.init(
            name: definition.name, origin: .configuration, id: definition.name.rawValue, spec: spec,
            kind: definition.kind, emailClaim: nil, creator: nil, createdAt: nil, modifiedAt: nil, revision: 1,
            switches: ProviderSwitches(object), sealedSecret: [])
    }

    /// What is stored of one that was made over the API.
    var document: JSONObject {
        var document = switches.document
        document["creator"] = JSONValue(creator?.rawValue ?? "")
        document["email_claim"] = emailClaim.map { JSONValue($0) }
        document["id"] = JSONValue(id)
        document["sealed_secret"] = JSONValue(Hexadecimal.text(sealedSecret))
        document["spec"] = .object(spec.document)
        return document
    }

    var objectID: StoredObject.ID { StoredObject.ID(.provider, name.rawValue) }

    /// As the registry is asked for it.
    var proposal: ProviderProposal {
        switch spec.form {
        case .workload:
            ProviderProposal(
                kind: .workload, issuer: spec.issuer, audiences: spec.audiences, algorithms: spec.algorithms,
                clockSkew: spec.clockSkew, keysURL: spec.keysURL)
        case .azure, .google, .generic, .okta:
            // An ID token is for the client that asked for it (OpenID Connect Core §2).
            signInProposal
        }
    }

    private var signInProposal: ProviderProposal {
        var proposal = ProviderProposal(
            kind: .oidc, issuer: spec.effectiveIssuer, audiences: [spec.clientID], clockSkew: spec.clockSkew,
            keysURL: spec.keysURL,
            requiredValues: spec.hostedDomain.isEmpty ? [:] : ["hd": spec.hostedDomain])
        var client = ProviderProposal.Client()
        client.clientID = spec.clientID
        (client.authorizationURL, client.tokenURL) = (spec.authorizationURL, spec.tokenURL)
        (client.userInfoURL, client.logoutURL) = (spec.userInfoURL, spec.logoutURL)
        client.scopes = spec.defaultScopes
        client.prompt = spec.prompt == .unspecified ? nil : spec.prompt.rawValue.lowercased()
        (client.skipsUserinfo, client.passesLoginHint) = (
            spec.skipsUserInfo, spec.form != .generic || spec.passesLoginHint
        )
        client.title = spec.displayName.isEmpty ? spec.form.title ?? name.rawValue : spec.displayName
        client.icon = spec.form.icon
        // Google says itself whose addresses these are: a hosted domain is required of every token.
        client.authoritativeDomains =
            spec.authoritativeDomains + (spec.hostedDomain.isEmpty ? [] : [PersonProfile.login(spec.hostedDomain)])
        proposal.client = client
        return proposal
    }
}

extension ProviderSpec.Form {
    /// What people know it as.
    fileprivate var title: String? {
        switch self {
        case .azure: "Microsoft"
        case .google: "Google"
        case .okta: "Okta"
        case .generic, .workload: nil
        }
    }

    /// As the pages name their pictures.
    fileprivate var icon: String {
        switch self {
        case .azure: "microsoft"
        case .google: "google"
        case .okta: "okta"
        case .generic, .workload: "generic"
        }
    }
}
