internal import SafeHTML

/// A short message above the content. Its first word says what kind it is, for who does not see the colour.
package struct Notice: Sendable {
    package enum Kind: Sendable { case note, good, caution, problem }

    package let kind: Kind
    package let text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    var html: HTML {
        let (name, role, word): (HTML, HTML, HTML) =
            switch kind {
            case .note: ("note", "status", "Note:")
            case .good: ("good", "status", "Done:")
            case .caution: ("caution", "note", "Careful:")
            case .problem: ("problem", "alert", "Problem:")
            }
        return "<div class=\"notice \(name)\" role=\"\(role)\"><p><strong>\(word)</strong> \(text)</p></div>"
    }
}
