import AccessPolicy
import Broker
import HTTPTypes
import JOSE
import OAuth
import ServerPlugin
import StrictJSON

/// The grants of applications, and the endpoints that go with people who sign in.
extension TokenPlugin {
    var signInRoutes: [Route] {
        [
            Route(
                .post, "/oauth/device_authorization", access: .open, errors: .oauth, handler: authorizeDevice),
            Route(.get, "/oauth/userinfo", access: .open, errors: .oauth, handler: userInfo),
            Route(.post, "/oauth/userinfo", access: .open, errors: .oauth, handler: userInfo),
        ]
    }

    func endpoint(_ path: String) -> String {
        let issuer = broker.settings.issuer.rawValue
        return (issuer.utf8.last == UInt8(ascii: "/") ? String(issuer.dropLast()) : issuer) + path
    }

    func grant(_ asked: TokenRequest, _ request: Request) async -> Response {
        let context = context(request)
        do throws(AuthorizationFailure) {
            let client = try await broker.authenticateClient(
                asked.client, at: endpoint("/oauth/token"), context: context)
            let answer: TokenResponse
            switch asked {
            case .authorizationCode(let code, let redirectURI, let verifier, _):
                answer = try await broker.redeem(
                    code: code, redirectURI: redirectURI, verifier: verifier, client: client, context: context)
            case .refreshToken(let token, let scope, let resources, _):
                answer = try await broker.refresh(
                    token, scope: scope, resources: resources, client: client, context: context)
            case .clientCredentials(let scope, let resources, let audiences, _):
                answer = try await broker.clientToken(
                    scope: scope, resources: resources + audiences, client: client, context: context)
            case .deviceCode(let code, _):
                answer = try await broker.redeem(deviceCode: code, client: client, context: context)
            case .tokenExchange:
                throw .request(OAuthError(.unsupportedGrantType))
            }
            var response = Response.json(answer.body)
            response.forbidOldCaches()
            return response
        } catch {
            return TokenEndpointError(error).response(requestID: request.id)
        }
    }

    private func authorizeDevice(_ request: Request) async throws -> Response {
        let asked: DeviceAuthorizationRequest
        do {
            asked = try TokenForm.device(request)
        } catch {
            return TokenEndpointError(error).response(requestID: request.id)
        }
        do throws(AuthorizationFailure) {
            let client = try await broker.authenticateClient(
                asked.client, at: endpoint("/oauth/device_authorization"), context: context(request))
            return .json(try await broker.authorizeDevice(asked, client: client, context: context(request)).body)
        } catch {
            return TokenEndpointError(error).response(requestID: request.id)
        }
    }

    /// OpenID Connect Core §5.3. The token in the header only (RFC 6750 §2.1): in a body or a URL it would be logged.
    private func userInfo(_ request: Request) async throws -> Response {
        do throws(CredentialRefusal) {
            let (claims, isAllowed) = try broker.userInfo(
                authorization: request.headers[values: .authorization], from: request.remoteAddress)
            if isAllowed { return .json(.object(claims)) }
            return Self.challenge(OAuthError(.insufficientScope, "the token has no scope openid", status: 403))
        } catch {
            return Self.challenge(OAuthError(.invalidToken, "the access token is not accepted"))
        }
    }

    private static func challenge(_ error: OAuthError) -> Response {
        var response = Response.json(error.body, status: HTTPResponse.Status(code: error.status))
        if let challenge = error.challenge { response.headers[.wwwAuthenticate] = challenge }
        return response
    }

    /// What works with people who sign in here (OpenID Connect Discovery §3).
    func addSignIn(to metadata: inout AuthorizationServerMetadata) {
        metadata.authorizationEndpoint = endpoint("/oauth/authorize")
        metadata.userinfoEndpoint = endpoint("/oauth/userinfo")
        metadata.deviceAuthorizationEndpoint = endpoint("/oauth/device_authorization")
        metadata.endSessionEndpoint = endpoint("/oauth/logout")
        metadata.scopesSupported = ["openid", "profile", "email", "groups", "offline_access", "api"]
        metadata.responseTypesSupported = ["code"]
        metadata.responseModesSupported = ["query"]
        metadata.grantTypesSupported = [
            .authorizationCode, .refreshToken, .clientCredentials, .deviceCode, .tokenExchange,
        ]
        metadata.codeChallengeMethodsSupported = ["S256"]
        metadata.promptValuesSupported = Prompt.allCases
        metadata.subjectTypesSupported = ["public"]
        metadata.idTokenSigningAlgValuesSupported = Array(
            Set(broker.keys.entries(at: broker.time.now()).map(\.algorithm.rawValue))
        ).sorted()
        metadata.claimsSupported = [
            "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", "name",
            "preferred_username", "given_name", "family_name", "email", "email_verified", "groups",
        ]
        metadata.authorizationResponseIssParameterSupported = true
        metadata.claimsParameterSupported = false
        metadata.requestParameterSupported = false
        metadata.requestURIParameterSupported = false
    }
}

extension TokenEndpointError {
    /// The one table (RFC 6749 §5.2, RFC 8628 §3.5).
    init(_ failure: AuthorizationFailure) {
        switch failure {
        case .client(let description): self.init(OAuthError(.invalidClient, description))
        case .notAllowed(let description): self.init(OAuthError(.unauthorizedClient, description))
        case .request(let error): self.init(error)
        case .grant(let refusal): self.init(.invalidGrant, code: refusal.rawValue)
        case .device(.pending): self.init(.authorizationPending, code: "device.pending")
        case .device(.tooFast): self.init(.slowDown, code: "device.too_fast")
        case .device(.denied): self.init(.accessDenied, code: "device.denied", status: 400)
        case .device(.expired): self.init(.expiredToken, code: "device.expired")
        case .tooOften(let seconds):
            self.init(
                .temporarilyUnavailable, code: "request.too_often", status: 429, retryAfter: Int(clamping: seconds))
        case .providerUnavailable:
            self.init(.temporarilyUnavailable, code: "provider.unavailable", retryAfter: 60)
        case .store: self.init(.temporarilyUnavailable, code: "server.store_unavailable", retryAfter: 1)
        case .cannotSign: self.init(.serverError, code: "server.internal")
        }
    }
}
