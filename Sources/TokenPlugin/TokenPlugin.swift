package import AccessPolicy
package import Broker
import HTTPTypes
import Identifiers
import JOSE
import OAuth
package import ServerPlugin
import StrictJSON

/// The authorization server's endpoints without a browser: token, introspection, revocation, metadata and keys.
package struct TokenPlugin: Sendable {
    let broker: Broker
    private let roles: @Sendable () -> RoleCatalog
    /// Whether people can sign in here: then there are codes, devices and ID tokens.
    let hasSignIn: Bool

    /// How long the metadata and the key set may be cached, in seconds; a new key is published longer than that before it
    /// signs (`KeyRing.Timing`).
    private static let documentLifetime = 300

    package init(broker: Broker, roles: @escaping @Sendable () -> RoleCatalog, hasSignIn: Bool = true) {
        self.hasSignIn = hasSignIn
        self.broker = broker
        self.roles = roles
    }

    package var plugin: Plugin {
        Plugin(
            name: "token",
            routes: [
                Route(.post, "/oauth/token", access: .open, errors: .oauth, handler: token),
                // A client authenticates here as at the token endpoint, anybody else as on the API.
                Route(.post, "/oauth/introspect", access: .open, errors: .oauth, handler: introspect),
                Route(.post, "/oauth/revoke", access: .open, errors: .oauth, lane: .reserved, handler: revoke),
                Route(.get, "/oauth/jwks", access: .open, isPublicDocument: true, handler: keySet),
                Route(
                    .get, "/.well-known/oauth-authorization-server", access: .open, isPublicDocument: true,
                    handler: metadata),
                Route(
                    .get, "/.well-known/openid-configuration", access: .open, isPublicDocument: true, handler: metadata),
                Route(
                    .get, "/api/web/namespaces/system/signing_keys",
                    access: .permission(.signingKeys, .list, in: .fixed(.system)), handler: listKeys),
                Route(
                    .post, "/api/web/namespaces/system/signing_keys/rotate",
                    access: .permission(.signingKeys, .create, in: .fixed(.system)), handler: rotateKey),
            ] + (hasSignIn ? signInRoutes : []))
    }

    // MARK: Tokens

    private func token(_ request: Request) async throws -> Response {
        let asked: TokenRequest
        do {
            asked = try TokenForm.token(request)
        } catch {
            return TokenEndpointError(error).response(requestID: request.id)
        }
        if case .tokenExchange(let exchange) = asked { return await self.exchange(exchange, request) }
        return await grant(asked, request)
    }

    private func exchange(_ exchange: TokenExchangeRequest, _ request: Request) async -> Response {
        // A client may be absent: the subject token is the proof. One that says who it is must be that one.
        if exchange.client.isIdentified {
            do throws(AuthorizationFailure) {
                let client = try await broker.authenticateClient(
                    exchange.client, at: endpoint("/oauth/token"), context: context(request))
                guard client.metadata.grantTypes.contains(.tokenExchange) else {
                    throw .notAllowed("this client exchanges no tokens; register grant type token_exchange")
                }
            } catch { return TokenEndpointError(error).response(requestID: request.id) }
        }
        do throws(ExchangeFailure) {
            return Self.answer(try await broker.exchange(exchange, context: context(request)))
        } catch {
            return ExchangeError(error).response(requestID: request.id)
        }
    }

    /// RFC 8693 §2.2.1.
    private static func answer(_ issued: IssuedToken) -> Response {
        var response = Response.json(
            TokenExchangeResponse(
                accessToken: issued.token, issuedTokenType: issued.type.urn, expiresIn: issued.expiresIn,
                scope: try? Scope(issued.scope)
            ).body)
        response.forbidOldCaches()
        return response
    }

    /// RFC 7662. Only for somebody authenticated: an endpoint that says which tokens are good is no place for guessing.
    private func introspect(_ request: Request) async throws -> Response {
        let asked: IntrospectionRequest
        do {
            asked = try TokenForm.introspection(request)
        } catch {
            return TokenEndpointError(error).response(requestID: request.id)
        }
        if asked.client.isIdentified {
            do throws(AuthorizationFailure) {
                let client = try await broker.authenticateClient(
                    asked.client, at: endpoint("/oauth/introspect"), context: context(request))
                return .json(try broker.introspect(asked.token, for: client))
            } catch { return TokenEndpointError(error).response(requestID: request.id) }
        }
        let caller: Caller
        do throws(CredentialRefusal) {
            caller = try broker.authenticate(
                authorization: request.headers[values: .authorization], from: request.remoteAddress)
        } catch {
            return TokenEndpointError(.invalidClient, code: "client.unauthenticated").response(requestID: request.id)
        }
        if let denial = caller.withheld.everywhere { throw APIError.withheld(denial) }
        return .json(broker.introspect(asked.token, for: caller, roles: roles()))
    }

    /// RFC 7009: who holds a token may end it. 200 for any token, known or not; 503 when it could not be made durable.
    private func revoke(_ request: Request) async throws -> Response {
        let asked: RevocationRequest
        do {
            asked = try TokenForm.revocation(request)
        } catch {
            return TokenEndpointError(error).response(requestID: request.id)
        }
        do {
            try await broker.revoke(presented: asked.token, context: context(request))
            return Response(status: .ok, headers: [.cacheControl: "no-store"])
        } catch {
            return TokenEndpointError(.temporarilyUnavailable, code: "server.store_unavailable", retryAfter: 1)
                .response(requestID: request.id)
        }
    }

    func context(_ request: Request) -> RequestContext {
        RequestContext(requestID: request.id, remoteAddress: request.remoteAddress)
    }

    // MARK: Documents

    private func keySet(_ request: Request) async throws -> Response {
        .json(
            broker.keys.keySet(at: broker.time.now()), contentType: "application/jwk-set+json",
            cacheControl: "public, max-age=\(Self.documentLifetime)")
    }

    /// What works here and nothing else (RFC 8414 §2, OpenID Connect Discovery §3).
    private func metadata(_ request: Request) async throws -> Response {
        var metadata = AuthorizationServerMetadata(issuer: broker.settings.issuer.rawValue)
        metadata.tokenEndpoint = endpoint("/oauth/token")
        metadata.jwksURI = endpoint("/oauth/jwks")
        metadata.introspectionEndpoint = endpoint("/oauth/introspect")
        metadata.revocationEndpoint = endpoint("/oauth/revoke")
        metadata.grantTypesSupported = [.clientCredentials, .tokenExchange]
        metadata.tokenEndpointAuthMethodsSupported = ClientAuthentication.Method.allCases
        metadata.tokenEndpointAuthSigningAlgValuesSupported = ["ES256", "RS256", "PS256", "EdDSA"]
        metadata.introspectionEndpointAuthMethodsSupported = [.clientSecretBasic, .clientSecretPost, .privateKeyJWT]
        metadata.revocationEndpointAuthMethodsSupported = [.none]
        if hasSignIn { addSignIn(to: &metadata) }
        return .json(metadata.body, cacheControl: "public, max-age=\(Self.documentLifetime)")
    }

    // MARK: Signing keys

    private func listKeys(_ request: Request) async throws -> Response {
        .json(["items": .array(broker.keys.entries(at: broker.time.now()).map(Self.shape))])
    }

    private func rotateKey(_ request: Request) async throws -> Response {
        .json(Self.shape(try await broker.rotateSigningKey(by: try request.authenticated(), context: context(request))))
    }

    private static func shape(_ entry: KeyRing.Entry) -> JSONValue {
        [
            "kid": JSONValue(entry.keyID),
            "algorithm": JSONValue(entry.algorithm.rawValue),
            "standing": JSONValue(entry.standing.rawValue),
            "created_timestamp": JSONValue(RFC3339.text(entry.createdAt)),
            "activation_timestamp": JSONValue(RFC3339.text(entry.activatesAt)),
        ]
    }
}
