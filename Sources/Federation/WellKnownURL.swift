internal import HTTPFetch
internal import JOSE

extension ProviderDefinition {
    /// Where the metadata is: behind the issuer's path (OpenID Connect Discovery §4, one final `/` removed) or between
    /// host and path (RFC 8414 §3). A template's document is at `common`, which every tenant shares.
    package var metadataURLText: String {
        let issuer = issuerText.split(separator: IssuerTemplate.placeholder, omittingEmptySubsequences: false).joined(
            separator: "common")
        let base =
            issuer.utf8.last == UInt8(ascii: "/") ? String(decoding: issuer.utf8.dropLast(), as: UTF8.self) : issuer
        guard kind == .oauth2 else { return base + "/.well-known/openid-configuration" }
        let bytes = Array(base.utf8)
        let slashes = bytes.indices.filter { bytes[$0] == UInt8(ascii: "/") }
        let path = slashes.dropFirst(2).first ?? bytes.endIndex
        let (host, rest) = (
            String(decoding: bytes[..<path], as: UTF8.self), String(decoding: bytes[path...], as: UTF8.self)
        )
        return host + "/.well-known/oauth-authorization-server" + rest
    }
}
