internal import OAuth
package import Secrets

/// What the browser brought back (RFC 6749 §4.1.2). Nothing of it is believed before its `state` is ours.
package struct AuthorizationResponse: Sendable {
    static let largestLength = 16 << 10

    package let state: Secret?
    let code: Secret?
    let issuer: String?
    let error: ProviderError?

    /// The query string, without the `?`. No parameter may come twice (RFC 6749 §3.1): two readers of one answer must
    /// not see two answers.
    package init(query: String) throws(SignInRefusal) { try self.init(form: Array(query.utf8)) }

    /// The body of a response by form post.
    package init(form bytes: [UInt8]) throws(SignInRefusal) {
        let form: FormBody
        do {
            form = try FormBody(bytes, repeatable: [], maximumBytes: Self.largestLength)
        } catch .repeatedParameter { throw .repeatedParameter } catch { throw .malformedResponse }
        state = form.secret("state")
        code = form.secret("code")
        issuer = form["iss"]
        error = form["error"].map { ProviderError(code: $0, detail: form["error_description"]) }
    }
}
