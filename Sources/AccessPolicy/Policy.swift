package import CEL
import Identifiers

/// A policy that has been checked: its expressions compile, its examples hold.
///
/// A class, because every decision hands policies around and none changes one.
package final class Policy: Sendable {
    package let name: String
    package let position: PolicyPosition?
    package let provider: String
    package let when: CELExpression
    package let subject: CELExpression?
    package let access: NamespaceAccess
    package let credentialTypes: Set<PolicyCredentialType>
    package let maximumLifetime: Int64
    package let audiences: [String]
    package let singleUse: Bool
    package let mode: PolicyDefinition.Mode
    package let examples: [PolicyExample]

    /// What a condition and a subject may speak of. Claims are whatever the provider says.
    package static let environment = Environment([
        "claims": .map(.string, .dyn), "provider": .string, "issuer": .string, "subject": .string,
    ])

    /// Checks a definition, all of it, and then its examples.
    package init(_ definition: PolicyDefinition, defaultAudience: String) throws(PolicyIssues) {
        var compiler = PolicyCompiler(definition)
        compiler.checkNames()
        let when = compiler.expression(definition.when, "when", definition.whenPosition, result: .bool)
        let subject = definition.subject.flatMap {
            compiler.expression($0, "subject", definition.subjectPosition, result: .string)
        }
        let access = compiler.access()
        let types = compiler.credentialTypes()
        let lifetime = compiler.lifetime()
        guard let when, compiler.issues.isEmpty else { throw PolicyIssues(issues: compiler.issues) }
        name = definition.name
        position = definition.position
        provider = definition.provider
        self.when = when
        self.subject = subject
        self.access = access
        credentialTypes = types
        maximumLifetime = lifetime
        audiences = definition.audiences.isEmpty ? [defaultAudience] : definition.audiences
        singleUse = definition.singleUse
        mode = definition.mode
        examples = definition.examples
        let failures = failedExamples()
        guard failures.isEmpty else { throw PolicyIssues(issues: failures) }
    }
}

/// Why a policy is not in force: all that was found, each with its place.
package struct PolicyIssues: Error, Hashable, Sendable {
    package let issues: [String]
}

extension Policy {
    var isEnforced: Bool { mode == .enforce }

    func lists(_ audience: String) -> Bool { audiences.contains { $0.hasSameBytes(as: audience) } }
}

/// Collects everything that is wrong with one definition.
private struct PolicyCompiler {
    let definition: PolicyDefinition
    private(set) var issues: [String] = []

    init(_ definition: PolicyDefinition) { self.definition = definition }

    private mutating func report(_ message: String, at position: PolicyPosition? = nil) {
        issues.append((position ?? definition.position).map { "\($0): \(message)" } ?? message)
    }

    mutating func checkNames() {
        let isPlain = definition.name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._-".utf8.contains(byte)
        }
        if !isPlain || !(1...PolicyLimits.nameBytes).contains(definition.name.utf8.count) {
            report("name must be 1 to \(PolicyLimits.nameBytes) of A-Z, a-z, 0-9, '.', '_' and '-'")
        }
        if definition.provider.isEmpty { report("provider must name a provider") }
        if definition.audiences.contains(where: \.isEmpty) { report("audiences must not have an empty entry") }
        if definition.audiences.count > PolicyLimits.audiences {
            report("more than \(PolicyLimits.audiences) audiences")
        }
        if definition.examples.count > PolicyLimits.examples { report("more than \(PolicyLimits.examples) examples") }
    }

    mutating func expression(
        _ source: String, _ field: String, _ start: PolicyPosition?, result: CELType
    ) -> CELExpression? {
        do throws(CELError) {
            let expression = try CELExpression(source, in: Policy.environment)
            guard expression.resultType == result || expression.resultType == .dyn else {
                report("\(field) must give a \(result), this gives a \(expression.resultType)", at: start)
                return nil
            }
            return expression
        } catch {
            for issue in error.issues {
                if let place = start?.within(issue.position) {
                    report("\(field): \(issue.message)", at: place)
                } else {
                    report("\(field), \(issue)")
                }
            }
            return nil
        }
    }

    mutating func access() -> NamespaceAccess {
        var access = NamespaceAccess.none
        for grant in definition.grant {
            if grant.roles.isEmpty { report("grant for namespace \(grant.namespace.text) has no roles") }
            access.add(Set(grant.roles), in: grant.namespace)
        }
        if definition.grant.isEmpty { report("grant must give something: {namespace: …, roles: […]}") }
        return access
    }

    mutating func credentialTypes() -> Set<PolicyCredentialType> {
        if definition.credentialTypes.isEmpty { return [.accessToken, .session] }
        var types: Set<PolicyCredentialType> = []
        for text in definition.credentialTypes {
            if let type = PolicyCredentialType.allCases.first(where: { $0.rawValue.hasSameBytes(as: text) }) {
                types.insert(type)
            } else {
                let known = PolicyCredentialType.allCases.map(\.rawValue)
                let hint = Suggestion.nearest(to: text, among: known).map { "did you mean \($0)?" }
                report("unknown credential type: \(hint ?? "known are \(known.joined(separator: ", "))")")
            }
        }
        return types
    }

    mutating func lifetime() -> Int64 {
        let lifetime = definition.maximumLifetime ?? PolicyLimits.defaultLifetime
        if !(1...PolicyLimits.maximumLifetime).contains(lifetime) {
            report("max_ttl must be from 1 second to \(PolicyLimits.maximumLifetime / 86_400) days")
        }
        return lifetime
    }
}

extension PolicyPosition {
    /// A place in a text that begins here. Only its first line: further lines may be indented.
    func within(_ inner: SourcePosition) -> PolicyPosition? {
        guard inner.line == 1 else { return nil }
        let (column, overflow) = column.addingReportingOverflow(inner.column - 1)
        return overflow ? nil : PolicyPosition(file: file, line: line, column: column)
    }
}
