internal import Identifiers
internal import Secrets

/// Parameters that several requests have, each read in one place.
extension FormBody {
    /// RFC 6749 §3.3
    func scope() throws(OAuthError) -> Scope? {
        guard let text = self["scope"] else { return nil }
        do { return try Scope(text) } catch { throw OAuthError(.invalidScope, error.description) }
    }

    /// Absolute URIs without fragment (RFC 8707 §2).
    func resources() throws(OAuthError) -> [String] {
        let resources = all("resource")
        for resource in resources {
            do { try ResourceURI.check(resource) } catch { throw OAuthError(.invalidTarget, error.description) }
        }
        return resources
    }

    func redirectURI(_ name: String) throws(OAuthError) -> RedirectURI? {
        guard let text = self[name] else { return nil }
        do { return try RedirectURI(text) } catch { throw OAuthError(.invalidRequest, error.description) }
    }

    /// A text that is given back or stored as it is, and so must be short and printable (RFC 6749 Appendix A.5).
    func printable(_ name: String) throws(OAuthError) -> String? {
        guard let text = self[name] else { return nil }
        guard text.utf8.count <= Self.longestText, text.utf8.allSatisfy(\.isVSCHAR) else {
            throw OAuthError(.invalidRequest, "\(name) must be at most \(Self.longestText) printable ASCII characters")
        }
        return text
    }

    /// A text that a person may have typed: any language, no control characters.
    func typed(_ name: String) throws(OAuthError) -> String? {
        guard let text = self[name] else { return nil }
        guard text.utf8.count <= Self.longestText, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw OAuthError(
                .invalidRequest, "\(name) has control characters or is longer than \(Self.longestText) bytes")
        }
        return text
    }

    /// A token that is shown as a hint, of no more than a token's length.
    func hintToken(_ name: String) throws(OAuthError) -> Secret? {
        guard let token = secret(name) else { return nil }
        guard token.count <= 16 << 10 else { throw OAuthError(.invalidRequest, "\(name) is too long") }
        return token
    }

    private static let longestText = 2048
}
