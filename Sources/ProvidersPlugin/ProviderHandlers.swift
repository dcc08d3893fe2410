import APIConventions
import Broker
import Federation
import Identifiers
import ServerPlugin
import StrictJSON

extension ProvidersPlugin {
    func list(_ request: Request) async throws -> Response {
        let shapes = ProviderShapes(broker)
        return .json(["items": .array(broker.providerRecords().map(shapes.item))])
    }

    func get(_ request: Request) async throws -> Response {
        .json(["object": ProviderShapes(broker).object(try record(request))])
    }

    func create(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let body = try RequestBody(request.body)
        let ((spec, secret), name) = (try ProviderBody.read(body), try body.text("name"))
        let record = try await answeringProviders {
            () async throws(ProviderFailure) in
            try await broker.createProvider(
                spec, named: name, secret: secret, by: caller, context: RequestContext(request))
        }
        return .json([
            "err": "EOK",
            "name": JSONValue(record.name.rawValue),
            "post_logout_redirect_uri": JSONValue(broker.settings.publicURL + "/signed-out"),
            "redirect_uri": JSONValue(ProviderShapes(broker).redirectURI(record)),
        ])
    }

    func replace(_ request: Request) async throws -> Response {
        let (caller, name) = (try request.authenticated(), try request.parameter("name"))
        let (spec, secret) = try ProviderBody.read(try RequestBody(request.body))
        try await answeringProviders {
            () async throws(ProviderFailure) in
            try await broker.replaceProvider(
                name, with: spec, secret: secret, by: caller, context: RequestContext(request))
        }
        return .json(["err": "EOK"])
    }

    func delete(_ request: Request) async throws -> Response {
        let (caller, name) = (try request.authenticated(), try request.parameter("name"))
        _ = try RequestBody(request.body)
        try await answeringProviders {
            () async throws(ProviderFailure) in
            try await broker.deleteProvider(name, by: caller, context: RequestContext(request))
        }
        return .json(["err": "EOK"])
    }

    func mappers(_ request: Request) async throws -> Response {
        .json(["email": JSONValue(try record(request).emailClaim ?? ProviderRecord.standardEmailClaim)])
    }

    func updateMappers(_ request: Request) async throws -> Response {
        let (caller, name) = (try request.authenticated(), try request.parameter("name"))
        let email = try RequestBody(request.body).object("oidc_mappers")?.text("email")
        try await answeringProviders {
            () async throws(ProviderFailure) in
            try await broker.mapProvider(name, emailClaim: email, by: caller, context: RequestContext(request))
        }
        return .json([:])
    }

    /// On mints the token and shows it once; off ends it.
    func switchProvisioning(_ request: Request) async throws -> Response {
        let (caller, name) = (try request.authenticated(), try request.parameter("name"))
        let body = try RequestBody(request.body)
        let isOn = try body.boolean("scim_enabled") ?? false
        let days = try body.object("scim_token_meta")?.integer("expiration_days")
        let created: CreatedCredential?
        do throws(CredentialFailure) {
            created = try await broker.switchProvisioning(
                isOn, of: name, days: days, by: caller, context: RequestContext(request))
        } catch {
            throw error == .notFound ? APIError.providerNotFound : APIError(error)
        }
        return .json([
            "error": nil,
            "scim_enabled": .bool(isOn),
            "scim_token": created.map { CreatedShape.json($0, at: broker.time.now()) } ?? nil,
            "url": JSONValue(isOn ? ProviderShapes(broker).provisioningURL : ""),
        ])
    }

    /// Whether the provider counts: with effect on all that hangs on its word, from the next request on.
    func setEnabled(_ request: Request) async throws -> Response {
        let (caller, name) = (try request.authenticated(), try request.parameter("name"))
        let body = try RequestBody(request.body)
        let isEnabled = try body.required("enabled", try body.boolean("enabled"))
        let record = try await answeringProviders {
            () async throws(ProviderFailure) in
            try await broker.setEnabled(isEnabled, provider: name, by: caller, context: RequestContext(request))
        }
        return .json(["in_force": .bool(broker.isInForce(record))])
    }

    /// Goes to the provider for everything that we would need from it, now.
    func test(_ request: Request) async throws -> Response {
        _ = try RequestBody(request.body)
        let record = try record(request)
        guard let probe = await broker.providers.probe(record.name) else {
            throw APIError(
                .failedPrecondition,
                "Provider '\(record.name)' is not in force: it is disabled, clashes with one of the configuration, or its"
                    + " URLs are not allowed any more; enable, replace or delete it.")
        }
        return .json(ProviderShapes.test(ProviderTest(probe), of: record))
    }

    private func record(_ request: Request) throws(APIError) -> ProviderRecord {
        guard let record = broker.provider(named: try request.parameter("name")) else { throw .providerNotFound }
        return record
    }
}
