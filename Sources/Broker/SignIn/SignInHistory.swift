import AccessPolicy

/// Who signed in when, for administrators.
extension Broker {
    package func signIns(
        from start: Timestamp, to end: Timestamp, skipping first: Int, limit: Int
    ) async throws(DirectoryFailure) -> [SignIn] {
        var (found, after, skipped): ([SignIn], String?, Int) = ([], nil, 0)
        while found.count < limit {
            let page: [SignIn]
            do throws(StoreFailure) {
                page = try await store.signIns(from: start, to: end, after: after, limit: 500)
            } catch {
                throw .store(error)
            }
            for signIn in page {
                if skipped < first { skipped += 1 } else if found.count < limit { found.append(signIn) }
            }
            guard page.count == 500, let last = page.last else { break }
            after = last.id
        }
        return found
    }

    /// People and when they last signed in; those who never did are left out.
    package var lastSignIns: [(name: String, at: Timestamp)] {
        index.everybody.compactMap { principal in
            guard principal.principal.kind == .user, let at = principal.record.lastSignInAt else { return nil }
            return (principal.principal.name, at)
        }
    }

    /// Enabled people who have not signed in since then and were there before it.
    package func inactivePeople(since moment: Timestamp) -> [String] {
        index.everybody.compactMap { principal in
            let record = principal.record
            guard principal.principal.kind == .user, record.isEnabled, record.createdAt < moment,
                record.lastSignInAt.map({ $0 < moment }) ?? true
            else { return nil }
            return principal.principal.name
        }.sorted()
    }
}
