package import AccessPolicy
import Identifiers

/// Answers to "may they?", from memory.
package struct AccessAnswer: Hashable, Sendable {
    package let isAllowed: Bool
    /// The roles held there that allow it, each with where it comes from.
    package let reasons: [Reason]
    /// Every role held there.
    package let roles: [RoleName]

    package struct Reason: Hashable, Sendable {
        package enum Source: Hashable, Sendable {
            case own
            case group(String)
        }

        package let role: RoleName
        package let pattern: NamespacePattern
        package let source: Source
    }
}

extension Broker {
    /// Whether a caller may do that, with the credential that they call with.
    package func mayCall(_ verb: Verb, on group: APIGroup, in namespace: NamespaceName, caller: Caller) -> AccessAnswer
    {
        let held = caller.access.roles(in: namespace)
        let roles = roles
        let allowing = held.filter { roles.allows([$0], verb, on: group) }.sorted()
        return AccessAnswer(
            isAllowed: !allowing.isEmpty,
            reasons: allowing.map { role in
                let named = caller.access.entries[.named(namespace)]?.contains(role) ?? false
                return AccessAnswer.Reason(
                    role: role, pattern: named ? .named(namespace) : .allApplication, source: .own)
            }, roles: held.sorted())
    }

    /// Whether a person or service user may do that, by what is bound to them and to their groups.
    package func may(
        _ name: String, _ verb: Verb, on group: APIGroup, in namespace: NamespaceName
    ) throws(DirectoryFailure) -> AccessAnswer {
        let principal = try principal(named: name)
        let reasons = self.reasons(principal, verb, on: group, in: namespace)
        return AccessAnswer(
            isAllowed: principal.record.isEnabled && !reasons.isEmpty, reasons: reasons,
            roles: principal.access.roles(in: namespace).sorted())
    }

    /// By e-mail address, or by id.
    private func principal(named name: String) throws(DirectoryFailure) -> IndexedPrincipal {
        if let person = index.person(name) { return person }
        guard let id = try? PrincipalID(name), let principal = index.principal(id) else {
            throw .notFound(kind: "user", name: name)
        }
        return principal
    }

    /// Everybody who may do that, in order of name, after one; workloads have no roles of their own and are not asked.
    package func whoCan(
        _ verb: Verb, on group: APIGroup, in namespace: NamespaceName
    ) -> [(principal: Principal, reasons: [AccessAnswer.Reason])] {
        index.everybody.filter { $0.record.isEnabled && $0.principal.kind != .workload }
            .compactMap { principal in
                let reasons = reasons(principal, verb, on: group, in: namespace)
                return reasons.isEmpty ? nil : (principal.principal, reasons)
            }
            .sorted { (Key($0.0.name), $0.0.id) < (Key($1.0.name), $1.0.id) }
    }

    private func reasons(
        _ principal: IndexedPrincipal, _ verb: Verb, on group: APIGroup, in namespace: NamespaceName
    ) -> [AccessAnswer.Reason] {
        let roles = roles
        guard roles.allows(principal.access.roles(in: namespace), verb, on: group) else { return [] }
        let groups = principal.groups.sorted().compactMap { index.group($0.rawValue) }
        let sources: [(AccessAnswer.Reason.Source, NamespaceAccess)] =
            [(.own, principal.record.bindings)] + groups.map { (.group($0.name.rawValue), $0.bindings) }
        let patterns: [NamespacePattern] =
            namespace.isApplication ? [.named(namespace), .allApplication] : [.named(namespace)]
        return sources.flatMap { source, access in
            patterns.flatMap { pattern in
                (access.entries[pattern] ?? []).sorted().filter { roles.allows([$0], verb, on: group) }
                    .map { AccessAnswer.Reason(role: $0, pattern: pattern, source: source) }
            }
        }
    }
}
