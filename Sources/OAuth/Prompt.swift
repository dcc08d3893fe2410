/// What a client wants a person to be asked again (OpenID Connect Core §3.1.2.1).
package enum Prompt: String, Hashable, Sendable, CaseIterable {
    /// Nothing may be shown; if something had to be, the answer is an error.
    case none
    case login
    case consent
    case selectAccount = "select_account"

    /// The parameter's value. A word that we do not know could be a demand that we would not meet, so it is refused.
    package static func set(_ text: String?) throws(OAuthError) -> Set<Prompt> {
        guard let text else { return [] }
        var prompts: Set<Prompt> = []
        for word in text.utf8.split(separator: 0x20, omittingEmptySubsequences: false) {
            guard let prompt = allCases.first(where: { $0.rawValue.utf8.elementsEqual(word) }) else {
                throw OAuthError(.invalidRequest, "prompt must be of none, login, consent and select_account")
            }
            prompts.insert(prompt)
        }
        guard !prompts.contains(.none) || prompts.count == 1 else {
            throw OAuthError(.invalidRequest, "prompt=none excludes the other values")
        }
        return prompts
    }
}
