import AccessPolicy
package import SCIM

/// Why a directory's change was refused. SCIMPlugin has the one table from these to the answers of RFC 7644 §3.12.
package enum ProvisioningFailure: Error, Hashable, Sendable {
    /// What is asked is not SCIM, or not of the schemas.
    case refused(SCIMError)
    case notFound
    /// The version is not the one that `If-Match` names.
    case otherVersion
    /// Another has what only one can have; the text says what.
    case taken(String)
    /// A member that is no user of the directory.
    case unknownMember
    /// Nobody would be left who administers the tenant.
    case lastAdministrator
    case store(StoreFailure)
    /// The system has no random bytes.
    case cannotMake

    init(_ failure: DirectoryFailure) {
        switch failure {
        case .wrongState: self = .lastAdministrator
        case .notFound: self = .notFound
        // Not of what the directory does: it neither names roles nor gives any.
        case .invalid, .alreadyExists, .notPermitted: self = .cannotMake
        case .store(let failure): self = .store(failure)
        case .cannotMake: self = .cannotMake
        }
    }
}

extension Broker {
    func provisioning<Value: Sendable>(
        _ prepare: () async throws(ProvisioningFailure) -> (Value, StoreTransaction)
    ) async throws(ProvisioningFailure) -> Value {
        try await committing({ ProvisioningFailure.store($0) }, prepare)
    }

    /// The rule of the last administrator, as the directory meets it.
    func keepingAnAdministratorProvisioned(
        _ leaving: Set<PrincipalID>, at now: Timestamp
    ) throws(ProvisioningFailure) -> [StoreChange] {
        do throws(DirectoryFailure) {
            return try keepingAnAdministrator(leaving, at: now)
        } catch {
            throw ProvisioningFailure(error)
        }
    }

    func reading<Value: Sendable>(
        _ read: () async throws(StoreFailure) -> Value
    ) async throws(ProvisioningFailure) -> Value {
        do throws(StoreFailure) {
            return try await read()
        } catch {
            throw .store(error)
        }
    }
}
