import AccessPolicy
import Broker
import StrictJSON

/// A transaction with everything encoded that can be: the caller's thread does it, so that the writer's does less.
struct PreparedTransaction: Sendable {
    struct Change: Sendable {
        let change: StoreChange
        /// The rights of a credential, the bindings of a principal or the document of an object or of what is provisioned,
        /// as JSON text; empty for other changes.
        let document: String
    }

    /// An audit row but for its place in the chain.
    struct Event: Sendable {
        let body: [UInt8]
        let time: Int64
        let action: String
        let namespace: String?
        let actor: String?
        let target: String?
        let requestID: String
    }

    let changes: [Change]
    let events: [Event]

    init(_ transaction: StoreTransaction) {
        changes = transaction.changes.map { Change(change: $0, document: Self.document($0)) }
        events = transaction.events.map { event in
            Event(
                body: event.encoded(), time: event.time.milliseconds, action: event.action.rawValue,
                namespace: event.namespace,
                actor: event.actor.principal ?? event.actor.name, target: event.target, requestID: event.requestID)
        }
    }

    private static func document(_ change: StoreChange) -> String {
        switch change {
        case .insertCredential(let record), .updateCredential(let record): record.rights.json.encodedText()
        case .insertTicket(let ticket), .updateTicket(let ticket): ticket.rights.json.encodedText()
        case .insertPrincipal(let record), .ensurePrincipal(let record), .updatePrincipal(let record):
            record.bindings.json.encodedText()
        case .insertObject(let object), .updateObject(let object): JSONValue.object(object.document).encodedText()
        case .deleteCredential, .deletePrincipal, .addMember, .removeMember, .deleteObject, .claim, .revokeToken,
            .recordSignIn, .insertSetting, .insertNamespace, .revokeCertificate, .rememberReply, .deleteTicket,
            .recordTicketUse,
            .linkIdentity, .unlinkIdentity, .recordUse:
            ""
        case .provision(let change):
            switch change {
            case .insertUser(let user), .updateUser(let user): JSONValue.object(user.document).encodedText()
            case .insertGroup(let group), .updateGroup(let group): JSONValue.object(group.document).encodedText()
            case .noteUser, .touchGroup, .deleteGroup: ""
            }
        }
    }
}
