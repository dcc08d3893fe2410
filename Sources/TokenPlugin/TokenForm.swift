import HTTPTypes
import OAuth
import ServerPlugin

/// Reads the forms of the token endpoints, once: content type, parameters, client authentication.
enum TokenForm {
    static func token(_ request: Request) throws(OAuthError) -> TokenRequest {
        try TokenRequest(try form(request), authorization: request.headers[.authorization])
    }

    static func device(_ request: Request) throws(OAuthError) -> DeviceAuthorizationRequest {
        try DeviceAuthorizationRequest(try form(request), authorization: request.headers[.authorization])
    }

    /// `Basic` is a client's; any other scheme is a credential of the API, which the endpoint looks at itself.
    static func introspection(_ request: Request) throws(OAuthError) -> IntrospectionRequest {
        let header = request.headers[.authorization]
        let isBasic = header?.utf8.prefix(6).elementsEqual("Basic ".utf8) ?? false
        return try IntrospectionRequest(try form(request), authorization: isBasic ? header : nil)
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
