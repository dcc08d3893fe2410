internal import Identifiers
package import Secrets

/// Who the client of a request says it is, and with what it proves that (RFC 6749 §2.3). Nothing is verified here.
package struct ClientAuthentication: Sendable {
    /// The names are those of the registry (RFC 7591 §2).
    package enum Method: String, Hashable, Sendable, CaseIterable {
        case none
        case clientSecretBasic = "client_secret_basic"
        case clientSecretPost = "client_secret_post"
    }

    package let method: Method
    /// Absent when the client does not say who it is: a workload, whose subject token is the proof.
    package let clientID: String?
    /// Present exactly when `method` is not `.none`.
    package let clientSecret: Secret?

    /// One way to authenticate, or none; two are refused, for each reader could believe another (RFC 6749 §2.3).
    ///
    /// `authorization` is the header's value; an endpoint that has used a `Bearer` header itself passes `nil`.
    package init(_ form: FormBody, authorization: String?) throws(OAuthError) {
        let named = try Self.identifier(form["client_id"])
        guard form["client_assertion"] == nil, form["client_assertion_type"] == nil else {
            throw OAuthError(.invalidClient, "client assertions are not supported")
        }
        let posted = form.secret("client_secret")
        if let authorization {
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
        guard text.utf8.allSatisfy(\.isVSCHAR), text.utf8.count <= 255 else {
            throw OAuthError(.invalidClient, "client_id has a character that is not allowed or is too long")
        }
        return text
    }
}
