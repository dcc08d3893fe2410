import AccessPolicy
import Broker
import Identifiers

/// The statements that write what directories provision.
struct ProvisioningWriter {
    private let insertUser, updateUser, noteUser: Statement
    private let insertEmail, deleteEmails: Statement
    private let insertGroup, updateGroup, touchGroup, deleteGroup: Statement

    init(_ connection: Connection) throws(EngineError) {
        insertUser = try connection.prepare(
            """
            INSERT INTO provisioned_users (id, user_name_key, external_id, is_active, created_at, modified_at, revision,
                document) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)
        updateUser = try connection.prepare(
            """
            UPDATE provisioned_users SET user_name_key = ?, external_id = ?, is_active = ?, modified_at = ?,
                revision = ?, document = ?
            WHERE id = ? AND revision = ?
            """)
        noteUser = try connection.prepare(
            "UPDATE provisioned_users SET is_active = ?, modified_at = ?, revision = revision + 1 WHERE id = ?")
        insertEmail = try connection.prepare("INSERT INTO provisioned_emails (email_key, user) VALUES (?, ?)")
        deleteEmails = try connection.prepare("DELETE FROM provisioned_emails WHERE user = ?")
        insertGroup = try connection.prepare(
            """
            INSERT INTO provisioned_groups (id, name, display_name_key, external_id, created_at, modified_at, revision,
                document) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)
        updateGroup = try connection.prepare(
            """
            UPDATE provisioned_groups SET display_name_key = ?, external_id = ?, modified_at = ?, revision = ?,
                document = ?
            WHERE id = ? AND revision = ?
            """)
        touchGroup = try connection.prepare(
            "UPDATE provisioned_groups SET modified_at = ?, revision = revision + 1 WHERE id = ?")
        deleteGroup = try connection.prepare("DELETE FROM provisioned_groups WHERE id = ?")
    }

    func write(_ change: ProvisioningChange, document: String) throws(JobFailure) {
        switch change {
        case .insertUser(let user):
            try ChangeWriter.insert(
                insertUser,
                [
                    .text(user.id.rawValue), .text(user.userNameKey.rawValue), SQLValue(user.externalID),
                    .integer(user.isActive ? 1 : 0), .integer(user.createdAt.milliseconds),
                    .integer(user.modifiedAt.milliseconds), .integer(user.revision), .text(document),
                ], taken: .alreadyExists)
            try insertEmails(of: user)
        case .updateUser(let user):
            try ChangeWriter.change(
                updateUser,
                [
                    .text(user.userNameKey.rawValue), SQLValue(user.externalID), .integer(user.isActive ? 1 : 0),
                    .integer(user.modifiedAt.milliseconds), .integer(user.revision), .text(document),
                    .text(user.id.rawValue), .integer(user.revision &- 1),
                ])
            try ChangeWriter.insert(deleteEmails, [.text(user.id.rawValue)], taken: .conflict)
            try insertEmails(of: user)
        case .noteUser(let id, let isActive, let now):
            try ChangeWriter.insert(
                noteUser, [.integer(isActive ? 1 : 0), .integer(now.milliseconds), .text(id.rawValue)],
                taken: .conflict)
        case .insertGroup(let group):
            try ChangeWriter.insert(
                insertGroup,
                [
                    .text(group.id), .text(group.name.rawValue), .text(group.displayNameKey.rawValue),
                    SQLValue(group.externalID), .integer(group.createdAt.milliseconds),
                    .integer(group.modifiedAt.milliseconds), .integer(group.revision), .text(document),
                ], taken: .alreadyExists)
        case .updateGroup(let group):
            try ChangeWriter.change(
                updateGroup,
                [
                    .text(group.displayNameKey.rawValue), SQLValue(group.externalID),
                    .integer(group.modifiedAt.milliseconds), .integer(group.revision), .text(document),
                    .text(group.id), .integer(group.revision &- 1),
                ])
        case .touchGroup(let id, let now):
            try ChangeWriter.change(touchGroup, [.integer(now.milliseconds), .text(id)])
        case .deleteGroup(let id): try ChangeWriter.change(deleteGroup, [.text(id)])
        }
    }

    private func insertEmails(of user: ProvisionedUser) throws(JobFailure) {
        for email in user.emailKeys {
            try ChangeWriter.insert(
                insertEmail, [.text(email.rawValue), .text(user.id.rawValue)], taken: .alreadyExists)
        }
    }
}
