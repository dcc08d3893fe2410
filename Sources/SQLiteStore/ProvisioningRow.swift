package import AccessPolicy
package import Broker
import Identifiers
import StrictJSON

/// What directories provision, as rows and as questions. Every value is bound, never part of the text.
enum ProvisioningRow {
    static let users = Table(
        name: "provisioned_users",
        columns: "id, user_name_key, external_id, is_active, created_at, modified_at, revision, document",
        key: "user_name_key",
        hasUsers: true)
    static let groups = Table(
        name: "provisioned_groups",
        columns: "id, name, display_name_key, external_id, created_at, modified_at, revision, document",
        key: "display_name_key", hasUsers: false)

    struct Table: Sendable {
        let name: String
        let columns: String
        /// The column of `TextField.name`.
        let key: String
        let hasUsers: Bool

        func select(_ query: ProvisioningQuery) -> (sql: String, values: [SQLValue]) {
            var (terms, values) = terms(query.conditions)
            if let afterID = query.afterID {
                terms.append("id > ?")
                values.append(.text(afterID))
            }
            let direction = query.isDescending ? " DESC" : ""
            let order =
                switch query.order {
                case .id: "id" + direction
                case .name: key + direction + ", id"
                case .created: "created_at" + direction + ", id"
                case .modified: "modified_at" + direction + ", id"
                }
            values += [.integer(Int64(max(query.limit, 0))), .integer(Int64(max(query.offset, 0)))]
            return ("SELECT \(columns) FROM \(name)\(Self.condition(terms)) ORDER BY \(order) LIMIT ? OFFSET ?", values)
        }

        func count(_ conditions: [ProvisioningCondition]) -> (sql: String, values: [SQLValue]) {
            let (terms, values) = terms(conditions)
            return ("SELECT count(*) FROM \(name)\(Self.condition(terms))", values)
        }

        private static func condition(_ terms: [String]) -> String {
            terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND ")
        }

        private func terms(_ conditions: [ProvisioningCondition]) -> (terms: [String], values: [SQLValue]) {
            var (terms, values): ([String], [SQLValue]) = ([], [])
            for condition in conditions {
                switch condition {
                case .text(let field, let comparison, let text):
                    terms.append("\(column(field)) \(Self.word(comparison)) ?")
                    values.append(.text(text.rawValue))
                case .prefix(let field, let text):
                    terms.append("\(column(field)) >= ?")
                    values.append(.text(text.rawValue))
                    guard let end = Self.end(ofPrefix: text.rawValue) else { continue }
                    terms.append("\(column(field)) < ?")
                    values.append(.text(end))
                case .time(let field, let comparison, let moment):
                    terms.append("\(field == .created ? "created_at" : "modified_at") \(Self.word(comparison)) ?")
                    values.append(.integer(moment.milliseconds))
                case .email(let email) where hasUsers:
                    terms.append("id IN (SELECT user FROM provisioned_emails WHERE email_key = ?)")
                    values.append(.text(email.rawValue))
                case .active(let isActive) where hasUsers:
                    terms.append("is_active = ?")
                    values.append(.integer(isActive ? 1 : 0))
                case .email, .active: terms.append("0")
                case .ids(let ids):
                    terms.append("id IN (" + ids.map { _ in "?" }.joined(separator: ", ") + ")")
                    values += ids.map { .text($0) }
                }
            }
            return (terms, values)
        }

        private func column(_ field: ProvisioningCondition.TextField) -> String {
            switch field {
            case .id: "id"
            case .name: key
            case .externalID: "external_id"
            }
        }

        private static func word(_ comparison: ProvisioningCondition.Comparison) -> String {
            switch comparison {
            case .equal: "="
            case .less: "<"
            case .lessOrEqual: "<="
            case .greater: ">"
            case .greaterOrEqual: ">="
            }
        }

        /// What comes right behind every text that begins so, by bytes; `nil` when nothing does. Bytes of UTF-8 are in the
        /// order of their scalars.
        private static func end(ofPrefix prefix: String) -> String? {
            var scalars = Array(prefix.unicodeScalars)
            while let last = scalars.popLast() {
                let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
                guard let following = Unicode.Scalar(next) else { continue }
                var text = String.UnicodeScalarView(scalars)
                text.append(following)
                return String(text)
            }
            return nil
        }
    }

    static func user(_ row: Statement) -> ProvisionedUser? {
        guard let id = row.text(0).flatMap({ try? PrincipalID($0) }), let key = row.text(1),
            let isActive = row.flag(3), let createdAt = row.moment(4), let modifiedAt = row.moment(5),
            let revision = row.integer(6), let document = document(row, 7)
        else { return nil }
        return ProvisionedUser(
            id: id, userNameKey: Key(key), externalID: row.text(2), emailKeys: ProvisionedUser.emailKeys(document),
            isActive: isActive, createdAt: createdAt, modifiedAt: modifiedAt, revision: revision, document: document)
    }

    static func group(_ row: Statement) -> ProvisionedGroup? {
        guard let id = row.text(0), let name = row.text(1), let key = row.text(2), let createdAt = row.moment(4),
            let modifiedAt = row.moment(5), let revision = row.integer(6), let document = document(row, 7)
        else { return nil }
        return ProvisionedGroup(
            id: id, name: Key(name), displayNameKey: Key(key), externalID: row.text(3), createdAt: createdAt,
            modifiedAt: modifiedAt, revision: revision, document: document)
    }

    private static func document(_ row: Statement, _ column: Int32) -> JSONObject? {
        row.text(column).flatMap { try? JSONValue.parse(Array($0.utf8)) }?.objectValue
    }
}

/// Reading what directories provisioned.
extension SQLiteReader: ProvisioningReader {
    package func provisionedUser(_ id: PrincipalID) async throws(StoreFailure) -> ProvisionedUser? {
        try await one(
            "provisioned user", table: "provisioned_users",
            "SELECT \(ProvisioningRow.users.columns) FROM provisioned_users WHERE id = ?", [.text(id.rawValue)]
        ) { row, _ in ProvisioningRow.user(row) }
    }

    package func provisionedGroup(_ id: String) async throws(StoreFailure) -> ProvisionedGroup? {
        try await one(
            "provisioned group", table: "provisioned_groups",
            "SELECT \(ProvisioningRow.groups.columns) FROM provisioned_groups WHERE id = ?", [.text(id)]
        ) { row, _ in ProvisioningRow.group(row) }
    }

    package func provisionedUsers(_ query: ProvisioningQuery) async throws(StoreFailure) -> [ProvisionedUser] {
        let (sql, values) = ProvisioningRow.users.select(query)
        return try await read(table: "provisioned_users", sql, values) { row, _ in ProvisioningRow.user(row) }.values
    }

    package func provisionedGroups(_ query: ProvisioningQuery) async throws(StoreFailure) -> [ProvisionedGroup] {
        let (sql, values) = ProvisioningRow.groups.select(query)
        return try await read(table: "provisioned_groups", sql, values) { row, _ in ProvisioningRow.group(row) }.values
    }

    package func countProvisionedUsers(_ conditions: [ProvisioningCondition]) async throws(StoreFailure) -> Int {
        try await count(ProvisioningRow.users, conditions)
    }

    package func countProvisionedGroups(_ conditions: [ProvisioningCondition]) async throws(StoreFailure) -> Int {
        try await count(ProvisioningRow.groups, conditions)
    }

    private func count(
        _ table: ProvisioningRow.Table, _ conditions: [ProvisioningCondition]
    ) async throws(StoreFailure) -> Int {
        let (sql, values) = table.count(conditions)
        let counts = try await read(table: table.name, sql, values) { row, _ in row.integer(0) }
        guard let count = counts.values.first else { throw .unavailable("a count does not read") }
        return Int(clamping: count)
    }
}

extension SQLiteStore {
    package func provisionedUser(_ id: PrincipalID) async throws(StoreFailure) -> ProvisionedUser? {
        try await reader.provisionedUser(id)
    }

    package func provisionedGroup(_ id: String) async throws(StoreFailure) -> ProvisionedGroup? {
        try await reader.provisionedGroup(id)
    }

    package func provisionedUsers(_ query: ProvisioningQuery) async throws(StoreFailure) -> [ProvisionedUser] {
        try await reader.provisionedUsers(query)
    }

    package func provisionedGroups(_ query: ProvisioningQuery) async throws(StoreFailure) -> [ProvisionedGroup] {
        try await reader.provisionedGroups(query)
    }

    package func countProvisionedUsers(_ conditions: [ProvisioningCondition]) async throws(StoreFailure) -> Int {
        try await reader.countProvisionedUsers(conditions)
    }

    package func countProvisionedGroups(_ conditions: [ProvisioningCondition]) async throws(StoreFailure) -> Int {
        try await reader.countProvisionedGroups(conditions)
    }
}
