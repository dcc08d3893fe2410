import CEL
import Identifiers
import StrictJSON

/// The likely mistake behind a test that just missed.
package struct PolicyHint: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case caseOnly = "case_only"
        case trailingSlash = "trailing_slash"
        case blanks
        case lookalike
        case wildcard
        /// GitHub's `sub` since 2026: `repo:octo@1/app@2:…` beside `repo:octo/app:…`.
        case gitHubSubjectForm = "github_sub_form"
        case shortRef = "short_ref"
        case numberNotText = "number_not_text"
        case listNotText = "list_not_text"
        case unknownClaim = "unknown_claim"
    }

    package let kind: Kind
    package let message: String

    private init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// A miss of `==`, `startsWith` and the like between a constant and what the token has.
    static func forMiss(_ observation: Observation) -> PolicyHint? {
        guard observation.operands.count == 2,
            let constant = observation.operands.first(where: \.isConstant),
            let actual = observation.operands.first(where: { !$0.isConstant }),
            let wanted = constant.text
        else { return nil }
        guard let found = actual.text else {
            if actual.value.hasSameBytes(as: wanted) {
                return PolicyHint(
                    .numberNotText, "the claim is not a text; compare without quotes, or use string(\(actual.source))")
            }
            if actual.value.utf8.first == UInt8(ascii: "[") {
                let mended = "\(constant.source) in \(actual.source)"
                // Written like that already: the list does not have it, and that is all.
                return mended.hasSameBytes(as: observation.source)
                    ? nil : PolicyHint(.listNotText, "the claim is a list; write \(mended)")
            }
            return nil
        }
        return compare(wanted: wanted, found: found, actual: actual.source)
    }

    private static func compare(wanted: String, found: String, actual: String) -> PolicyHint? {
        if wanted.hasSameBytes(as: found) { return nil }  // a negated test
        if ASCII.lowered(wanted).elementsEqual(ASCII.lowered(found)) {
            return PolicyHint(.caseOnly, "the two differ only in upper and lower case")
        }
        if (wanted + "/").hasSameBytes(as: found) || (found + "/").hasSameBytes(as: wanted) {
            return PolicyHint(.trailingSlash, "the two differ only in a slash at the end")
        }
        if ASCII.trimmed(wanted).elementsEqual(ASCII.trimmed(found)) {
            return PolicyHint(.blanks, "the two differ only in blanks at an end")
        }
        if wanted == found {  // Swift's equality is canonical: same look, other bytes
            return PolicyHint(
                .lookalike, "the two look the same but are different characters; texts are compared by bytes")
        }
        if let hint = gitHubSubject(wanted, found) { return hint }
        if wanted.utf8.contains(UInt8(ascii: "*")), Glob.matches(wanted, found) {
            let prefix = wanted.utf8.prefix { $0 != UInt8(ascii: "*") }
            return PolicyHint(
                .wildcard,
                "'*' has no meaning in an exact comparison; write \(actual).startsWith(\(CELValue.string(String(decoding: prefix, as: UTF8.self)).display(limit: 120)))"
            )
        }
        for prefix in ["refs/heads/", "refs/tags/"] {
            if (prefix + wanted).hasSameBytes(as: found) || (prefix + found).hasSameBytes(as: wanted) {
                return PolicyHint(
                    .shortRef,
                    "one is the full name of a ref and the other the short one; write \(prefix)… when the claim has it")
            }
        }
        return nil
    }

    /// A test without a value: mostly a claim that the token does not have.
    static func forError(_ error: EvaluationError, _ request: AccessRequest) -> PolicyHint? {
        guard case .noSuchKey(let key) = error.reason else { return nil }
        let name = key.utf8.count > 2 ? String(decoding: key.utf8.dropFirst().dropLast(), as: UTF8.self) : key
        if let near = Suggestion.nearest(to: name, among: request.claims.names) {
            return PolicyHint(
                .unknownClaim, "the token has no \(key); did you mean \(CELValue.string(near).display(limit: 80))?")
        }
        return PolicyHint(.unknownClaim, "the token has no \(key); test with has() when it may be absent")
    }

    /// `repo:octo@1/app@2:ref:…` and `repo:octo/app:ref:…` name the same repository; only the first cannot be taken over.
    private static func gitHubSubject(_ wanted: String, _ found: String) -> PolicyHint? {
        guard wanted.utf8.starts(with: "repo:".utf8), found.utf8.starts(with: "repo:".utf8) else { return nil }
        let (plainWanted, plainFound) = (withoutIDs(wanted), withoutIDs(found))
        guard plainWanted.hasSameBytes(as: plainFound),
            plainWanted.hasSameBytes(as: wanted) || plainFound.hasSameBytes(as: found)
        else { return nil }
        return PolicyHint(
            .gitHubSubjectForm,
            "GitHub writes this subject in two forms, with and without ids; compare claims.repository_id and claims.ref instead"
        )
    }

    /// Drops `@digits` from owner and repository.
    private static func withoutIDs(_ subject: String) -> String {
        let parts = subject.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return subject }
        let names = parts[1].split(separator: "/", omittingEmptySubsequences: false).map { name in
            guard let at = name.lastIndex(of: "@"), name[at...].utf8.dropFirst().allSatisfy(ASCII.isDigit) else {
                return name
            }
            return name[..<at]
        }
        return "\(parts[0]):\(names.joined(separator: "/")):\(parts[2])"
    }
}

private enum ASCII {
    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func lowered(_ text: String) -> [UInt8] {
        text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    static func trimmed(_ text: String) -> [UInt8] {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        return Array(Array(text.utf8.drop(while: isBlank)).reversed().drop(while: isBlank).reversed())
    }
}

/// What somebody who writes `*` expects of it. For hints only; no decision uses it.
private enum Glob {
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let pieces = Array(pattern.utf8).split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
        guard let first = pieces.first, let last = pieces.last, pieces.count > 1 else { return false }
        var rest = Array(text.utf8)[...]
        guard rest.starts(with: first) else { return false }
        rest = rest.dropFirst(first.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let start = rest.indices.first(where: { rest[$0...].starts(with: piece) }) else { return false }
            rest = rest[start...].dropFirst(piece.count)
        }
        return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
    }
}
