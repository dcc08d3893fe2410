package import HTTPFetch
package import StrictJSON

/// What is wrong with a provider's metadata document.
package enum MetadataFailure: Error, Hashable, Sendable {
    case tooLarge
    /// An error page, two members of one name, something pasted behind the end.
    case notJSON(JSONError)
    /// A member that must be there (OpenID Connect Discovery §3).
    case missing(String)
    /// A member that is not what it must be: a text, a list of texts.
    case wrongType(String)
    /// The issuer in the document is no issuer at all.
    case invalidIssuer
    /// OpenID Connect Discovery §4.3: it must be the very issuer that was asked.
    case issuerMismatch(NearMiss?)
    case invalidURL(String, FetchFailure)

    /// A name for logs; it does not change between releases.
    package var code: String {
        switch self {
        case .tooLarge: "metadata_too_large"
        case .notJSON: "metadata_not_json"
        case .missing(let member): "metadata_without_\(member)"
        case .wrongType(let member): "metadata_malformed_\(member)"
        case .invalidIssuer: "metadata_invalid_issuer"
        case .issuerMismatch: "metadata_issuer_mismatch"
        case .invalidURL(let member, _): "metadata_invalid_\(member)"
        }
    }

    /// What to do about it, for an operator.
    package var hint: String {
        switch self {
        case .tooLarge: "the document is larger than 512 KiB; is this the metadata URL?"
        case .notJSON(let error):
            "the document is not strict JSON (\(error)); an error page or a sign-in page has this look"
        case .missing(let member): "the document has no '\(member)'"
        case .wrongType(let member): "'\(member)' is not of the type that it must have"
        case .invalidIssuer: "'issuer' is no https URL without query and fragment"
        case .issuerMismatch(let near?): "'issuer' is not the configured issuer: \(near.hint)"
        case .issuerMismatch(nil): "'issuer' is not the configured issuer; it must be the same, character by character"
        case .invalidURL(let member, .notHTTPS): "'\(member)' is not https"
        case .invalidURL(let member, .addressRefused(let range)):
            "'\(member)' leads to an address that is \(range.rawValue); name its origin in outbound.allow_origins if that is meant"
        case .invalidURL(let member, _): "'\(member)' is not a URL that can be fetched"
        }
    }
}
