internal import Identifiers
package import Secrets

/// Who the client of a request says it is, and with what it proves that (RFC 6749 §2.3). Nothing is verified here.
package struct ClientAuthentication: Sendable {
    /// The names are those of the registry (RFC 7591 §2).
    package enum Method: String, Hashable, Sendable, CaseIterable {
        case none
        case clientSecretBasic = "client_secret_basic"
        case clientSecretPost = "client_secret_post"
        /// RFC 7523 §2.2, OpenID Connect Core §9
        case privateKeyJWT = "private_key_jwt"
    }

    /// The only `client_assertion_type` (RFC 7523 §2.2).
    package static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    private static let longestAssertion = 16 << 10

    package let method: Method
    /// Absent when the client does not say who it is: a workload, whose subject token is the proof, or a client whose
    /// assertion says it (RFC 7521 §4.2).
    package let clientID: String?
    /// Present exactly when `method` is one of the two with a secret.
    package let clientSecret: Secret?
    /// Present exactly when `method` is `.privateKeyJWT`. Unverified; its subject must be `clientID` where there is one.
    package let clientAssertion: Secret?

    /// Whether the client said who it is, in whatever way.
    package var isIdentified: Bool { clientID != nil || method != .none }

    /// One way to authenticate, or none; two are refused, for each reader could believe another (RFC 6749 §2.3).
    ///
    /// `authorization` is the header's value; an endpoint that has used a `Bearer` header itself passes `nil`.
    package init(_ form: FormBody, authorization: String?) throws(OAuthError) {
        let named = try Self.identifier(form["client_id"])
        let posted = form.secret("client_secret")
        clientAssertion = try Self.assertion(form)
        if clientAssertion != nil {
            guard posted == nil, authorization == nil else {
                throw OAuthError(.invalidRequest, "client authentication in two ways")
            }
            (clientID, clientSecret, method) = (named, nil, .privateKeyJWT)
        } else if let authorization {
            guard posted == nil else {
                throw OAuthError(.invalidRequest, "client authentication both in the header and in the body")
            }
            let basic = try Self.basic(authorization)
            if let named, !named.hasSameBytes(as: basic.id) {
                throw OAuthError(.invalidRequest, "client_id differs from the Authorization header")
            }
            clientID = basic.id
            clientSecret = basic.secret
            method = basic.secret == nil ? .none : .clientSecretBasic
        } else {
            guard posted == nil || named != nil else { throw OAuthError(.invalidRequest, "client_id is missing") }
            clientID = named
            clientSecret = posted
            method = posted == nil ? .none : .clientSecretPost
        }
    }

    private static func assertion(_ form: FormBody) throws(OAuthError) -> Secret? {
        let (assertion, type) = (form.secret("client_assertion"), form["client_assertion_type"])
        guard (assertion == nil) == (type == nil) else {
            throw OAuthError(.invalidRequest, "client_assertion and client_assertion_type belong together")
        }
        guard let assertion, let type else { return nil }
        guard type.hasSameBytes(as: assertionType) else {
            throw OAuthError(.invalidClient, "client_assertion_type is not supported")
        }
        guard assertion.count <= longestAssertion else {
            throw OAuthError(.invalidClient, "client_assertion is too long")
        }
        return assertion
    }

    /// `Basic`, with both halves form-encoded inside the base64 (RFC 6749 §2.3.1): a colon or a `%` in them is escaped.
    private static func basic(_ authorization: String) throws(OAuthError) -> (id: String, secret: Secret?) {
        let parts = authorization.trimmingOptionalSpace().utf8.split(separator: 0x20)
        guard let scheme = parts.first, String(Substring(scheme)).equalsIgnoringASCIICase("Basic") else {
            throw OAuthError(.invalidClient, "only Basic is supported in Authorization")
        }
        guard parts.count == 2, let bytes = Base64Text.decode(parts[1]), let colon = bytes.firstIndex(of: 0x3A),
            let id = try? bytes[..<colon].formDecoded(), let secret = try? bytes[colon...].dropFirst().formDecoded(),
            let clientID = try identifier(id.isEmpty ? nil : id)
        else { throw OAuthError(.invalidClient, "the Basic credentials are malformed") }
        // An empty password is how some libraries name a public client.
        return (clientID, secret.isEmpty ? nil : Secret(utf8: secret))
    }

    /// RFC 6749 Appendix A.1. ASCII, so that two spellings of one identifier do not exist.
    private static func identifier(_ text: String?) throws(OAuthError) -> String? {
        guard let text else { return nil }
        guard text.isClientID else {
            throw OAuthError(.invalidClient, "client_id has a character that is not allowed or is too long")
        }
        return text
    }
}
