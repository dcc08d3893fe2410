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
    private let broker: Broker
    private let roles: @Sendable () -> RoleCatalog

    /// How long the metadata and the key set may be cached, in seconds; a new key is published longer than that before it
    /// signs (`KeyRing.Timing`).
    private static let documentLifetime = 300

    package init(broker: Broker, roles: @escaping @Sendable () -> RoleCatalog) {
        self.broker = broker
        self.roles = roles
    }

    package var plugin: Plugin {
        Plugin(
            name: "token",
            routes: [
                Route(.post, "/oauth/token", access: .open, errors: .oauth, handler: token),
                Route(.post, "/oauth/introspect", access: .authenticated, errors: .oauth, handler: introspect),
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
            ])
    }

    // MARK: Tokens

    private func token(_ request: Request) async throws -> Response {
        let exchange: TokenExchangeRequest
        do {
            exchange = try TokenForm.exchange(request)
        } catch {
            return TokenEndpointError(error).response(requestID: request.id)
        }
        do {
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
        let caller = try request.authenticated()
        do {
            let asked = try TokenForm.introspection(request)
            return .json(broker.introspect(asked.token, for: caller, roles: roles()))
        } catch {
            return TokenEndpointError(error).response(requestID: request.id)
        }
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

    private func context(_ request: Request) -> RequestContext {
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
        let issuer = broker.settings.issuer.rawValue
        let base = issuer.utf8.last == UInt8(ascii: "/") ? String(issuer.dropLast()) : issuer
        var metadata = AuthorizationServerMetadata(issuer: issuer)
        metadata.tokenEndpoint = base + "/oauth/token"
        metadata.jwksURI = base + "/oauth/jwks"
        metadata.introspectionEndpoint = base + "/oauth/introspect"
        metadata.revocationEndpoint = base + "/oauth/revoke"
        metadata.grantTypesSupported = [.tokenExchange]
        metadata.tokenEndpointAuthMethodsSupported = [.none]
        metadata.revocationEndpointAuthMethodsSupported = [.none]
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
