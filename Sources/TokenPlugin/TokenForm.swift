import HTTPTypes
import OAuth
import ServerPlugin

/// Reads the forms of the token endpoints, once: content type, parameters, client authentication.
enum TokenForm {
    static func exchange(_ request: Request) throws(OAuthError) -> TokenExchangeRequest {
        let exchange = try TokenExchangeRequest(try form(request), authorization: request.headers[.authorization])
        // No clients are registered in this version, so one that says who it is cannot be known (RFC 6749 §5.2).
        guard !exchange.client.isIdentified else { throw OAuthError(.invalidClient, "no such client") }
        return exchange
    }

    /// The `Authorization` header has authenticated the caller already.
    static func introspection(_ request: Request) throws(OAuthError) -> IntrospectionRequest {
        try IntrospectionRequest(try form(request), authorization: nil)
    }

    /// Possession of the token is the proof; whoever else asks makes no difference (RFC 7009 §2.1).
    static func revocation(_ request: Request) throws(OAuthError) -> RevocationRequest {
        try RevocationRequest(try form(request), authorization: nil)
    }

    private static func form(_ request: Request) throws(OAuthError) -> FormBody {
        // Two Content-Type fields are joined with a comma here, and are then no form.
        guard FormBody.isForm(contentType: request.headers[.contentType]) else { throw OAuthError(FormError.notAForm) }
        do {
            return try FormBody(request.body)
        } catch {
            throw OAuthError(error)
        }
    }
}
