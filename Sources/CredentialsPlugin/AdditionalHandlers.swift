import APIConventions
import AccessPolicy
import Broker
import Identifiers
import OpenSSLCrypto
import HTTPTypes
import ServerPlugin
import StrictJSON

/// What we add to the contract without disturbing it: rotation with grace, last use, what ends soon, ending what one
/// calls with, and the authority's documents.
extension CredentialsPlugin {
    func additionalRoutes(_ family: CredentialFamily) -> [Route] {
        let name = family.rawValue
        return [
            Route(.post, Self.path("rotate/" + name), access: Self.access(family, .update)) {
                try await rotate($0, family)
            },
            Route(.post, Self.path("retire/" + name), access: Self.access(family, .update)) {
                try await retire($0, family)
            },
            Route(.get, Self.path("usage/" + name + "/{name}"), access: Self.access(family, .get)) {
                try await usage($0, family)
            },
            Route(.get, Self.path("expiring/" + name), access: .member(of: .path("namespace"))) {
                try await expiring($0, family)
            },
        ]
    }

    var selfRevocation: Route {
        Route(.post, "/api/web/namespaces/system/revoke_self", access: .authenticated, lane: .reserved) { request in
            let caller = try request.authenticated()
            try await answering {
                () async throws(CredentialFailure) in
                try await broker.revokePresented(by: caller, context: RequestContext(request))
            }
            return .json(ResponseShapes.done)
        }
    }

    /// A day.
    private static let defaultGrace: Int64 = 86_400

    private func rotate(_ request: Request, _ family: CredentialFamily) async throws -> Response {
        let (namespace, caller) = (try request.namespace(), try request.authenticated())
        let body = try RequestBody(request.body)
        let name = try Self.name(in: body)
        let grace = try body.integer("grace_seconds") ?? Self.defaultGrace
        let days = try body.integer("expiration_days").flatMap { $0 == 0 ? nil : $0 }
        let replay = try replayPlan(request, by: caller) { [broker] created in
            ResponseShapes(broker).rotated(created)
        }
        let outcome = try await answering {
            () async throws(CredentialFailure) in
            try await broker.rotate(
                name, of: family, in: namespace, grace: grace, days: days, by: caller, replay: replay,
                context: RequestContext(request))
        }
        guard case .created(let created) = outcome else { return answer(outcome) }
        return .json(shapes.rotated(created))
    }

    private func retire(_ request: Request, _ family: CredentialFamily) async throws -> Response {
        let (namespace, caller) = (try request.namespace(), try request.authenticated())
        let body = try RequestBody(request.body)
        let name = try Self.name(in: body)
        let isForced = try body.boolean("force") ?? false
        try await answering {
            () async throws(CredentialFailure) in
            try await broker.retire(
                name, of: family, in: namespace, isForced: isForced, by: caller, context: RequestContext(request))
        }
        return .json(ResponseShapes.done)
    }

    private func usage(_ request: Request, _ family: CredentialFamily) async throws -> Response {
        let (namespace, caller) = (try request.namespace(), try request.authenticated())
        let name = try request.parameter("name")
        let record = try await answering {
            () async throws(CredentialFailure) in
            try await broker.credential(named: name, of: family, in: namespace, by: caller, for: .get)
        }
        return .json(shapes.usage(record))
    }

    // MARK: The authority

    /// Public: who checks our certificates must be able to read them.
    var authorityRoutes: [Route] {
        [
            Route(.get, PathTemplate(RevocationListPaths.certificate), access: .open, isPublicDocument: true) { _ in
                guard let pem = try broker.authorityCertificate?.pem() else { throw APIError.noAuthority }
                return Self.document(Array(pem.utf8), type: "application/x-pem-file")
            },
            Route(.get, PathTemplate(RevocationListPaths.der), access: .open, isPublicDocument: true) { _ in
                guard let list = try await revocationList() else { throw APIError.noAuthority }
                return Self.document(list.der, type: "application/pkix-crl")
            },
            Route(.get, PathTemplate(RevocationListPaths.pem), access: .open, isPublicDocument: true) { _ in
                guard let list = try await revocationList() else { throw APIError.noAuthority }
                return Self.document(Array(list.pem.utf8), type: "application/x-pem-file")
            },
        ]
    }

    private func revocationList() async throws(APIError) -> RevocationList? {
        try await answering { () async throws(CredentialFailure) in try await broker.revocationList() }
    }

    /// A revoked certificate must not look good because a cache says so.
    private static func document(_ body: [UInt8], type: String) -> Response {
        Response(status: .ok, headers: [.contentType: type, .cacheControl: "no-cache"], body: body)
    }
}

extension APIError {
    fileprivate static let noAuthority = APIError(.notFound, "There is no certificate authority.")
}
