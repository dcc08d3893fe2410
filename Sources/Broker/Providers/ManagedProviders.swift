package import AccessPolicy
package import Federation
import Identifiers
import JOSE
import OpenSSLCrypto
package import Secrets
import StrictJSON

/// Providers that are made over the API. Each change and its audit event are one transaction; what is in force follows
/// from what is committed (`ProviderBook`).
extension Broker {
    /// Changed with every provider: no two of them can take the same issuer at the same time, on whatever broker.
    private static let providersGuard = StoredObject.ID(.settings, "providers")

    // MARK: Reading

    /// Every provider, by name: those of the configuration, and those made over the API.
    package func providerRecords() -> [ProviderRecord] {
        let objects = index.objects(.provider)
        let configured = providerBook.configured
        let managed = objects.compactMap(ProviderRecord.init).filter { record in
            !configured.contains { $0.name == record.name }
        }
        let ofConfiguration = configured.map { definition in
            ProviderRecord(
                definition, switches: objects.first { $0.name.hasSameBytes(as: definition.name.rawValue) })
        }
        return (ofConfiguration + managed).sorted { $0.name < $1.name }
    }

    package func provider(named name: String) -> ProviderRecord? {
        let object = index.object(StoredObject.ID(.provider, name))
        if let definition = providerBook.configured.first(where: { $0.name.rawValue.hasSameBytes(as: name) }) {
            return ProviderRecord(definition, switches: object)
        }
        return object.flatMap(ProviderRecord.init)
    }

    /// Whether its tokens are taken now. One that clashes with the configuration as it came to be, or whose URLs are
    /// not allowed any more, is not in force.
    package func isInForce(_ record: ProviderRecord) -> Bool { providers.hasProvider(named: record.name.rawValue) }

    /// For whoever speaks to the provider as its client. `nil` when there is none, or when the key that sealed it is
    /// another one.
    package func clientSecret(of record: ProviderRecord) -> Secret? {
        guard !record.sealedSecret.isEmpty else { return nil }
        return try? sealing.open(record.sealedSecret, context: Self.sealContext(record.name))
    }

    /// Puts another configuration's providers in force, beside those made over the API.
    package func replaceConfiguredProviders(_ definitions: [ProviderDefinition]) {
        providerBook.replaceConfigured(definitions) { index.objects(.provider) }
    }

    // MARK: Changing

    /// Makes a provider. Its name is made here too unless one is asked for, which policy files can then be written with.
    /// `secret` is what we show to the provider, `nil` for workloads.
    package func createProvider(
        _ spec: ProviderSpec, named asked: String? = nil, secret: Secret?, by caller: Caller, context: RequestContext
    ) async throws(ProviderFailure) -> ProviderRecord {
        let spec = try spec.resolved()
        var given: ProviderName?
        if let asked {
            do throws(InvalidValue) { given = try ProviderName(asked) } catch {
                throw .invalid(field: "name", reason: error.reason)
            }
        }
        return try await changingProviders { (change: ProviderChange) throws(ProviderFailure) in
            let name: ProviderName
            if let given { name = given } else { name = try Self.name(for: spec) }
            guard index.object(StoredObject.ID(.provider, name.rawValue)) == nil else {
                throw .alreadyExists("A provider named '\(name)' already exists.")
            }
            let id: String
            do { id = try RecordID.make("prov", at: change.now) } catch { throw .cannotMake }
            let record = ProviderRecord(
                making: name, id: id, spec: spec, sealedSecret: try seal(secret, of: name),
                creator: caller.principal.id, at: change.now)
            try check(record, among: providerRecords())
            let object = StoredObject(id: record.objectID, document: record.document, createdAt: change.now)
            return (
                record, [.insertObject(object)],
                [event(.providerCreated, record, by: caller, at: change.now, context: context)]
            )
        }
    }

    /// Replaces a provider whole, its client secret too. Its name, its mappers and its SCIM switch stay.
    package func replaceProvider(
        _ name: String, with spec: ProviderSpec, secret: Secret?, by caller: Caller, context: RequestContext
    ) async throws(ProviderFailure) {
        let spec = try spec.resolved()
        _ = try await changingProviders { (change: ProviderChange) throws(ProviderFailure) in
            let (before, object) = try managed(name)
            let sealed = try seal(secret, of: before.name)
            let record = ProviderRecord(
                name: before.name, origin: .api, id: before.id, spec: spec, kind: spec.kind,
                emailClaim: before.emailClaim, creator: before.creator, createdAt: before.createdAt,
                modifiedAt: change.now, revision: before.revision, switches: before.switches,
                sealedSecret: sealed)
            try check(record, among: providerRecords().filter { $0.name != record.name })
            // With another issuer it is another provider, and vouches for nobody whom it vouched for before.
            let isAnother = !spec.effectiveIssuer.hasSameBytes(as: before.spec.effectiveIssuer)
            let keeping = isAnother ? try keepingAnAdministrator(without: record.name, at: change.now) : []
            return (
                record, keeping + [.updateObject(object.replacing(record.document, at: change.now))],
                [event(.providerReplaced, record, by: caller, at: change.now, context: context)]
            )
        }
    }

    /// Names the claim that carries a person's e-mail address; `nil` is the standard one.
    package func mapProvider(
        _ name: String, emailClaim: String?, by caller: Caller, context: RequestContext
    ) async throws(ProviderFailure) {
        if let emailClaim, !TextRule.isLine(emailClaim, atMost: 256) {
            throw .invalid(
                field: "oidc_mappers.email", reason: "must be the name of a claim: 1 to 256 bytes on one line")
        }
        _ = try await changingProviders { (change: ProviderChange) throws(ProviderFailure) in
            var (record, object) = try managed(name)
            record.emailClaim = emailClaim
            return (
                record, [.updateObject(object.replacing(record.document, at: change.now))],
                [
                    event(
                        .providerMapped, record, by: caller, at: change.now, context: context,
                        more: ["email": JSONValue(emailClaim ?? ProviderRecord.standardEmailClaim)])
                ]
            )
        }
    }

    /// Lets a provider count, or not: of the configuration's too, because taking one out of a file takes a restart.
    package func setEnabled(
        _ isEnabled: Bool, provider name: String, by caller: Caller, context: RequestContext
    ) async throws(ProviderFailure) -> ProviderRecord {
        try await changingProviders { (change: ProviderChange) throws(ProviderFailure) in
            guard let record = provider(named: name) else { throw .notFound }
            let object = index.object(record.objectID)
            var switches = ProviderSwitches(object)
            switches.isDisabled = !isEnabled
            let keeping = isEnabled ? [] : try keepingAnAdministrator(without: record.name, at: change.now)
            let document = switches.written(over: object?.document ?? JSONObject())
            return (
                record, keeping + [StoredObject.put(document, as: record.objectID, over: object, at: change.now)],
                [
                    event(
                        .providerSwitched, record, by: caller, at: change.now, context: context,
                        more: ["enabled": .bool(isEnabled)])
                ]
            )
        }
    }

    /// What hangs on a provider's word is refused without it: there must be an administrator who does not.
    private func keepingAnAdministrator(
        without provider: ProviderName, at now: Timestamp
    ) throws(ProviderFailure) -> [StoreChange] {
        let leaving = index.administrators.filter { id in
            guard let principal = index.principal(id)?.principal else { return false }
            return isStanding(principal) && !isStanding(principal, without: provider.rawValue)
        }
        do throws(DirectoryFailure) {
            return try keepingAnAdministrator(leaving, at: now)
        } catch {
            guard case .wrongState(let message) = error else { throw .cannotMake }
            throw .wrongState(message)
        }
    }

    /// Removes a provider. Its SCIM goes with it, and the SCIM token too unless another provider still provisions.
    package func deleteProvider(
        _ name: String, by caller: Caller, context: RequestContext
    ) async throws(ProviderFailure) {
        _ = try await changingProviders { (change: ProviderChange) throws(ProviderFailure) in
            let (record, object) = try managed(name)
            let keeping = try keepingAnAdministrator(without: record.name, at: change.now)
            let isLast =
                record.isProvisioning
                && !index.objects(.provider).contains { other in
                    other.id != object.id && ProviderSwitches(other).isProvisioning
                }
            let tokens = isLast ? change.scimTokens : []
            return (
                record,
                keeping + [.deleteObject(object.id, revision: object.revision)]
                    + tokens.flatMap { Self.ending($0, at: change.now) },
                [event(.providerDeleted, record, by: caller, at: change.now, context: context)]
                    + tokens.map {
                        credentialEvent(.credentialRevoked, $0, by: caller, at: change.now, context: context)
                    }
            )
        }
    }

    // MARK: One change

    private struct ProviderChange {
        let now: Timestamp
        let scimTokens: [CredentialRecord]
    }

    /// Runs a change until nobody else changed a provider in between.
    private func changingProviders(
        _ prepare: (ProviderChange) throws(ProviderFailure) -> (ProviderRecord, [StoreChange], [AuditEvent])
    ) async throws(ProviderFailure) -> ProviderRecord {
        while true {
            // Read first: whoever changes a provider after this makes the commit fail.
            let before = index.object(Self.providersGuard)
            let tokens: [CredentialRecord]
            do throws(CredentialFailure) { tokens = try await scimRecords() } catch {
                guard case .store(let failure) = error else { throw .cannotMake }
                throw .store(failure)
            }
            let now = time.now()
            let (record, changes, events) = try prepare(ProviderChange(now: now, scimTokens: tokens))
            let counted = StoredObject.put(JSONObject(), as: Self.providersGuard, over: before, at: now)
            do throws(StoreFailure) {
                try await store.commit(StoreTransaction(changes: [counted] + changes, events: events))
                return record
            } catch {
                guard error == .conflict || error == .alreadyExists else { throw .store(error) }
            }
        }
    }

    /// One that the API may change.
    private func managed(_ name: String) throws(ProviderFailure) -> (ProviderRecord, StoredObject) {
        guard let record = provider(named: name) else { throw .notFound }
        guard record.origin == .api else { throw .configured(name: record.name.rawValue) }
        guard let object = index.object(record.objectID) else { throw .notFound }
        return (record, object)
    }

    /// Its definition is good, and nobody has its name or its issuer.
    private func check(_ record: ProviderRecord, among others: [ProviderRecord]) throws(ProviderFailure) {
        try record.spec.check(with: providers)
        let definition: ProviderDefinition
        do throws(ProviderProposal.Problem) {
            definition = try providers.definition(record.proposal, named: record.name)
        } catch {
            throw .invalid(field: record.spec.path(error.field), reason: error.reason)
        }
        guard case .exactly(let issuer) = definition.issuer else { throw .cannotMake }
        guard issuer != settings.issuer else {
            throw .invalid(
                field: record.spec.path(.issuer), reason: "is this server itself; its own tokens are known already")
        }
        if let other = ProviderBook.clash(definition, with: providerBook.configured) {
            throw .alreadyExists("A provider with this issuer already exists in the configuration: '\(other.name)'.")
        }
        for other in others where other.origin == .api {
            guard other.name != definition.name else {
                throw .alreadyExists("A provider named '\(other.name)' already exists.")
            }
            guard !other.spec.effectiveIssuer.hasSameBytes(as: issuer.rawValue) else {
                throw .alreadyExists("A provider with this issuer already exists: '\(other.name)'.")
            }
        }
    }

    private static func name(for spec: ProviderSpec) throws(ProviderFailure) -> ProviderName {
        do { return try ProviderName(spec.slug + "-" + (try CredentialName.suffix())) } catch { throw .cannotMake }
    }

    /// The sealed secret opens at its provider only.
    private static func sealContext(_ name: ProviderName) -> [UInt8] { Array("provider:\(name)".utf8) }

    private func seal(_ secret: Secret?, of name: ProviderName) throws(ProviderFailure) -> [UInt8] {
        guard let secret else { return [] }
        do { return try sealing.seal(secret, context: Self.sealContext(name)) } catch { throw .cannotMake }
    }

    private func event(
        _ action: AuditEvent.Action, _ record: ProviderRecord, by caller: Caller, at now: Timestamp,
        context: RequestContext, more: JSONObject = JSONObject()
    ) -> AuditEvent {
        var details: JSONObject = [
            "issuer": JSONValue(record.spec.effectiveIssuer), "kind": JSONValue(record.kind.rawValue),
        ]
        for member in more.members { details[member.name.rawValue] = member.value }
        return AuditEvent(
            time: now, action: action, outcome: .success, actor: AuditEvent.Actor(caller),
            target: record.name.rawValue, namespace: NamespaceName.system.rawValue, requestID: context.requestID,
            details: details)
    }
}
