package import AccessPolicy
import Identifiers
package import OAuth
import OpenSSLCrypto
package import Secrets
import StrictJSON

/// OAuth clients: those of the configuration, those made over the API, and the command line's own.
extension Broker {
    /// What the command line signs in as: a public client on the person's own machine (RFC 8252).
    package static let commandLineClient = "gatehouse-cli"

    package func client(_ id: String) -> ClientRecord? {
        if let configured = configuredClients.current[Key(id)] { return configured }
        return index.object(StoredObject.ID(.client, id)).flatMap { ClientRecord($0) }
    }

    /// By id.
    package var clients: [ClientRecord] {
        let configured = configuredClients.current
        let managed = index.objects(.client).compactMap { ClientRecord($0) }.filter { configured[Key($0.id)] == nil }
        return (Array(configured.values) + managed).sorted { Key($0.id) < Key($1.id) }
    }

    package func replaceConfiguredClients(_ clients: [ConfiguredClient]) {
        var table: [Key: ClientRecord] = [:]
        for client in Self.builtInClients + clients {
            table[Key(client.metadata.clientID)] = ClientRecord(
                metadata: client.metadata, origin: .configuration,
                secrets: client.secrets.map {
                    ClientRecord.StoredSecret(hash: hasher.hash(clientSecret: $0), createdAt: time.now())
                }, roles: client.roles)
        }
        configuredClients.replace(table)
    }

    private static let builtInClients: [ConfiguredClient] = {
        let document: JSONObject = [
            "client_id": JSONValue(commandLineClient), "client_name": "Gatehouse command line",
            "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
            "redirect_uris": ["http://127.0.0.1/callback", "http://[::1]/callback"],
            "scope": "openid profile email offline_access api", "token_endpoint_auth_method": "none",
        ]
        guard let metadata = try? ClientMetadata(document) else { return [] }
        return [ConfiguredClient(metadata: metadata, secrets: [], roles: .none)]
    }()

    /// Makes a client; a confidential one gets a secret, shown this once.
    package func createClient(
        _ metadata: ClientMetadata, roles: NamespaceAccess, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> (record: ClientRecord, secret: Secret?) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> ((record: ClientRecord, secret: Secret?), StoreTransaction) in
            guard client(metadata.clientID) == nil else {
                throw .alreadyExists(kind: "client", name: metadata.clientID)
            }
            try check(metadata, roles, by: caller)
            let now = time.now()
            let secret = metadata.hasSecret ? try newClientSecret() : nil
            let record = ClientRecord(
                metadata: metadata, origin: .api,
                secrets: secret.map { [.init(hash: hasher.hash(clientSecret: $0), createdAt: now)] } ?? [],
                roles: roles, creator: caller.principal.id, createdAt: now)
            let object = StoredObject(
                id: StoredObject.ID(.client, record.id), document: record.document, createdAt: now)
            return (
                (record, secret),
                StoreTransaction(
                    changes: [.insertObject(object)],
                    events: [event(.clientCreated, record, by: caller, at: now, context: context)])
            )
        }
    }

    /// Replaces what a client is; its secrets stay unless it needs none any more. What it was given stays too.
    package func replaceClient(
        _ metadata: ClientMetadata, roles: NamespaceAccess, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> (record: ClientRecord, secret: Secret?) {
        try await changingClient(metadata.clientID, as: .clientReplaced, by: caller, context: context) {
            (before: ClientRecord, now: Timestamp) throws(DirectoryFailure) in
            try check(metadata, roles, by: caller)
            try checkMayGrant(before.roles, by: caller, "what this client holds now")
            try checkReach(before.metadata, by: caller)
            var (secrets, secret) = (metadata.hasSecret ? before.secrets : [], Secret?.none)
            if metadata.hasSecret, secrets.isEmpty {
                let new = try newClientSecret()
                secrets = [.init(hash: hasher.hash(clientSecret: new), createdAt: now)]
                secret = new
            }
            let record = ClientRecord(
                metadata: metadata, origin: .api, secrets: secrets, roles: roles, creator: before.creator,
                createdAt: before.createdAt, revision: before.revision)
            return (record, secret)
        }
    }

    /// A further secret beside the newest one there is; the older one ends, now or when this is done again.
    package func rotateClientSecret(
        _ id: String, keepingPrevious: Bool, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> (record: ClientRecord, secret: Secret?) {
        try await changingClient(id, as: .clientReplaced, by: caller, context: context) {
            (before: ClientRecord, now: Timestamp) throws(DirectoryFailure) in
            guard before.metadata.hasSecret else { throw .wrongState("this client has no secret") }
            try checkMayGrant(before.roles, by: caller, "what this client holds")
            try checkReach(before.metadata, by: caller)
            let secret = try newClientSecret()
            var record = before
            let new = ClientRecord.StoredSecret(hash: hasher.hash(clientSecret: secret), createdAt: now)
            record.secrets = (keepingPrevious ? before.secrets.suffix(ClientRecord.mostSecrets - 1) : []) + [new]
            return (record, secret)
        }
    }

    /// Removes a client with everything that it was given.
    package func deleteClient(
        _ id: String, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            let (record, object) = try managedClient(id)
            try checkMayGrant(record.roles, by: caller, "what this client holds")
            let given = index.tickets.map(\.ticket).filter { $0.client?.hasSameBytes(as: id) ?? false }
            return (
                (),
                StoreTransaction(
                    changes: [.deleteObject(object.id, revision: object.revision)]
                        + given.map { .deleteTicket($0.id, revision: $0.revision) }
                        + withdrawConsents(to: id),
                    events: [event(.clientRemoved, record, by: caller, at: time.now(), context: context)])
            )
        }
    }

    private func changingClient(
        _ id: String, as action: AuditEvent.Action, by caller: Caller, context: RequestContext,
        _ change: (ClientRecord, Timestamp) throws(DirectoryFailure) -> (ClientRecord, Secret?)
    ) async throws(DirectoryFailure) -> (record: ClientRecord, secret: Secret?) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> ((record: ClientRecord, secret: Secret?), StoreTransaction) in
            let (before, object) = try managedClient(id)
            let now = time.now()
            let (record, secret) = try change(before, now)
            // People allowed it where they knew that their answers went.
            let isElsewhere = !Set(record.metadata.redirectURIs).isSubset(of: before.metadata.redirectURIs)
            return (
                (record, secret),
                StoreTransaction(
                    changes: [.updateObject(object.replacing(record.document, at: now))]
                        + (isElsewhere ? withdrawConsents(to: id) : []),
                    events: [event(action, record, by: caller, at: now, context: context)])
            )
        }
    }

    private func managedClient(_ id: String) throws(DirectoryFailure) -> (ClientRecord, StoredObject) {
        guard configuredClients.current[Key(id)] == nil else {
            throw .wrongState("client '\(id)' is of the configuration; change its file")
        }
        guard let object = index.object(StoredObject.ID(.client, id)), let record = ClientRecord(object) else {
            throw .notFound(kind: "client", name: id)
        }
        return (record, object)
    }

    private func check(
        _ metadata: ClientMetadata, _ roles: NamespaceAccess, by caller: Caller
    ) throws(DirectoryFailure) {
        if let problem = metadata.unusable { throw .invalid(field: problem.field, reason: problem.reason) }
        try checkReferences(roles)
        try checkMayGrant(roles, by: caller, "the roles of a client")
        try checkReach(metadata, by: caller)
    }

    /// A client that acts without asking, or with all that its people may do, reaches whatever somebody may do who follows
    /// a link to it: that is administration of the tenant, and not of clients.
    private func checkReach(_ metadata: ClientMetadata, by caller: Caller) throws(DirectoryFailure) {
        guard metadata.consent == .skip || metadata.scope?.contains(ScopeRights.everything) ?? false else { return }
        var everything = NamespaceAccess.none
        everything.add([.admin], in: .named(.system))
        try checkMayGrant(everything, by: caller, "consent 'skip' and scope 'api'")
    }

    private func withdrawConsents(to client: String) -> [StoreChange] {
        index.objects(.consent).filter { Self.isConsent($0, to: client) }
            .map { .deleteObject($0.id, revision: $0.revision) }
    }

    private func newClientSecret() throws(DirectoryFailure) -> Secret {
        do { return try OpaqueToken(making: .clientSecret).secret } catch { throw .cannotMake }
    }

    private func event(
        _ action: AuditEvent.Action, _ record: ClientRecord, by caller: Caller, at now: Timestamp,
        context: RequestContext
    ) -> AuditEvent {
        directoryEvent(
            action, target: record.id, by: caller, at: now, context: context,
            details: [
                "grant_types": JSONValue(record.metadata.grantTypes.map(\.rawValue).sorted()),
                "redirect_uris": JSONValue(record.metadata.redirectURIs.map(\.rawValue)), "roles": record.roles.json,
                "secrets": .integer(Int64(record.secrets.count)),
            ])
    }
}

extension ClientMetadata {
    /// Whether it proves itself with a secret.
    var hasSecret: Bool {
        tokenEndpointAuthMethod == .clientSecretBasic || tokenEndpointAuthMethod == .clientSecretPost
    }

    /// What this server cannot do for it.
    package var unusable: (field: String, reason: String)? {
        if jwksURI != nil { return ("jwks_uri", "is not fetched; give the keys themselves as 'jwks'") }
        if tokenEndpointAuthMethod == .privateKeyJWT, ClientKeys(self) == nil {
            return ("jwks", "has no public key that can check a signature")
        }
        return nil
    }
}
