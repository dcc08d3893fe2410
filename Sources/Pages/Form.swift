internal import SafeHTML

/// A value that a form sends back as it is.
package struct HiddenValue: Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    var html: HTML { "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">" }
}

/// A form that changes something. It has a token in every page, except where the caller has none to give.
struct Form {
    let action: String
    let csrf: String?
    var hidden: [HiddenValue] = []
    let content: HTML

    /// The name under which every form sends its token.
    static let csrfName = "csrf"

    var html: HTML {
        let values = (csrf.map { [HiddenValue(Self.csrfName, $0)] } ?? []) + hidden
        return """
            <form method="post" action="\(action)">
            \(values.map(\.html))
            \(content)
            </form>
            """
    }
}

/// Buttons that answer a question: each sends `decision`, so one form and one token serve both.
struct Decision {
    let allow: String
    let deny: String

    /// Allowing comes first for who reads, and in no case by the key Enter: these forms have no field to press it in.
    var html: HTML {
        """
        <div class="buttons two">
        <button type="submit" name="decision" value="allow">\(allow)</button>
        <button type="submit" name="decision" value="deny" class="second">\(deny)</button>
        </div>
        """
    }
}
