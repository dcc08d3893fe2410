package import Identifiers
package import StrictJSON

/// A registered client, by the names of RFC 7591 §2. What is refused here is no client; the rest of the server reads
/// this value and checks nothing again.
package struct ClientMetadata: Hashable, Sendable {
    package enum Consent: String, Hashable, Sendable, CaseIterable {
        /// A person is asked once for each scope and resource.
        case required
        /// For clients of the operator's own, where nobody else's site gets anything.
        case skip
    }

    package let clientID: String
    package let clientName: String?
    package let redirectURIs: [RedirectURI]
    package let postLogoutRedirectURIs: [RedirectURI]
    package let grantTypes: [GrantType]
    package let tokenEndpointAuthMethod: ClientAuthentication.Method
    /// The key set as it was given; whoever verifies reads the keys.
    package let jwks: JSONObject?
    package let jwksURI: String?
    /// What the client may ask for; `nil`: nothing that needs a scope.
    package let scope: Scope?
    /// What it may ask tokens for.
    package let resources: [ResourceURI]
    /// What it is: it may look into everybody's tokens for these (RFC 7662).
    package let resourceServer: [ResourceURI]
    package let consent: Consent
    /// Seconds; `nil`: the server's own.
    package let accessTokenLifetime: Int64?
    package let clientURI: String?
    package let logoURI: String?
    package let policyURI: String?
    package let tosURI: String?

    /// What `init` reads, by name.
    package static var memberNames: Set<String> { ClientMetadataFields.names }

    /// Throws which member is wrong, and what about it.
    package init(_ object: JSONObject) throws(InvalidValue) {
        let fields = ClientMetadataFields(object)
        try fields.refuseUnknown()
        clientID = try fields.clientID()
        clientName = try fields.name("client_name")
        redirectURIs = try fields.list("redirect_uris") { text throws(InvalidValue) in try RedirectURI(text) }
        postLogoutRedirectURIs = try fields.list("post_logout_redirect_uris") { text throws(InvalidValue) in
            try RedirectURI(text)
        }
        grantTypes = try fields.grantTypes()
        tokenEndpointAuthMethod = try fields.choice("token_endpoint_auth_method") ?? .clientSecretBasic
        jwks = try fields.object("jwks")
        jwksURI = try fields.address("jwks_uri", schemes: ["https://", "http://"])
        scope = try fields.scope()
        resources = try fields.list("resources") { text throws(InvalidValue) in try ResourceURI(text) }
        resourceServer = try fields.list("resource_server") { text throws(InvalidValue) in try ResourceURI(text) }
        consent = try fields.choice("consent") ?? .required
        accessTokenLifetime = try fields.seconds("access_token_lifetime", in: 60...86_400)
        clientURI = try fields.address("client_uri")
        logoURI = try fields.address("logo_uri")
        policyURI = try fields.address("policy_uri")
        tosURI = try fields.address("tos_uri")
        try checkTogether()
    }

    /// Whether the client can prove who it is (RFC 6749 §2.1).
    package var isConfidential: Bool { tokenEndpointAuthMethod != .none }

    private func checkTogether() throws(InvalidValue) {
        if grantTypes.contains(.authorizationCode), redirectURIs.isEmpty {
            throw InvalidValue("redirect_uris", "authorization_code needs at least one")
        }
        if grantTypes.contains(.clientCredentials), !isConfidential {
            throw InvalidValue("token_endpoint_auth_method", "client_credentials needs a client that authenticates")
        }
        if !resourceServer.isEmpty, !isConfidential {
            throw InvalidValue("resource_server", "needs a client that authenticates")
        }
        guard jwks == nil || jwksURI == nil else {
            throw InvalidValue("jwks_uri", "either jwks or jwks_uri, not both")
        }
        if tokenEndpointAuthMethod == .privateKeyJWT, jwks == nil, jwksURI == nil {
            throw InvalidValue("jwks", "private_key_jwt needs jwks or jwks_uri")
        }
    }

    /// The client as JSON, with what was left to defaults written out, and read again as the same value.
    package var document: JSONObject {
        var object = JSONObject()
        object["client_id"] = JSONValue(clientID)
        object["client_name"] = clientName.map { JSONValue($0) }
        object["redirect_uris"] = Self.list(redirectURIs.map(\.rawValue))
        object["post_logout_redirect_uris"] = Self.list(postLogoutRedirectURIs.map(\.rawValue))
        object["grant_types"] = Self.list(grantTypes.map(\.rawValue))
        object["token_endpoint_auth_method"] = JSONValue(tokenEndpointAuthMethod.rawValue)
        object["jwks"] = jwks.map { .object($0) }
        object["jwks_uri"] = jwksURI.map { JSONValue($0) }
        object["scope"] = scope.map { JSONValue($0.text) }
        object["resources"] = Self.list(resources.map(\.rawValue))
        object["resource_server"] = Self.list(resourceServer.map(\.rawValue))
        object["consent"] = JSONValue(consent.rawValue)
        object["access_token_lifetime"] = accessTokenLifetime.map { .integer($0) }
        object["client_uri"] = clientURI.map { JSONValue($0) }
        object["logo_uri"] = logoURI.map { JSONValue($0) }
        object["policy_uri"] = policyURI.map { JSONValue($0) }
        object["tos_uri"] = tosURI.map { JSONValue($0) }
        return object
    }

    /// An empty list is left out. (`nil` would be the literal for JSON's `null`.)
    private static func list(_ texts: [String]) -> JSONValue? { texts.isEmpty ? .none : JSONValue(texts) }
}
