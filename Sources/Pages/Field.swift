internal import SafeHTML

/// One line that somebody fills in.
package struct Field: Sendable {
    package enum Kind: Sendable { case text, email, telephone, url, password, code }

    package let name: String
    package let label: String
    package let kind: Kind
    package let value: String
    /// A token of WHATWG HTML §4.10.18.7.1, as `given-name`, so that browsers fill it in (WCAG 1.3.5).
    package let autocomplete: String?
    package let isRequired: Bool
    package let maxLength: Int?
    package let hint: String?
    package let error: String?

    package init(
        name: String, label: String, type kind: Kind = .text, value: String = "", autocomplete: String? = nil,
        required isRequired: Bool = true, maxLength: Int? = nil, hint: String? = nil, error: String? = nil
    ) {
        self.name = name
        self.label = label
        self.kind = kind
        self.value = value
        self.autocomplete = autocomplete
        self.isRequired = isRequired
        self.maxLength = maxLength
        self.hint = hint
        self.error = error
    }

    /// Identifiers come from the place and not from the name: one with a space would be two in `aria-describedby`.
    static func identifier(at place: Int) -> String { "field-\(place)" }

    /// `takesFocus`: the first field in error, so that its message is what is read first.
    func html(at place: Int, takesFocus: Bool = false) -> HTML {
        let identifier = Self.identifier(at: place)
        let optional: HTML = isRequired ? .nothing : " <span class=\"quiet\">(optional)</span>"
        let hintText: HTML = hint.map { "<p class=\"hint\" id=\"\(identifier)-hint\">\($0)</p>" } ?? .nothing
        let errorText: HTML =
            error.map { "<p class=\"error\" id=\"\(identifier)-error\"><strong>Error:</strong> \($0)</p>" } ?? .nothing
        return """
            <div class="field">
            <label for="\(identifier)">\(label)\(optional)</label>
            \(hintText)\(errorText)<input id="\(identifier)" name="\(name)"\(kind.attributes) \
            value="\(shown)"\(attributes(identifier, takesFocus: takesFocus))>
            </div>
            """
    }

    /// A password is never written into a page: it would lie in the browser's cache and behind the key for going back.
    private var shown: String { kind == .password ? "" : value }

    private func attributes(_ identifier: String, takesFocus: Bool) -> HTML {
        var attributes: [HTML] = []
        if let autocomplete { attributes.append(" autocomplete=\"\(autocomplete)\"") }
        if let maxLength { attributes.append(" maxlength=\"\(String(maxLength))\"") }
        if isRequired { attributes.append(" required") }
        var texts: [String] = []
        if hint != nil { texts.append(identifier + "-hint") }
        if error != nil { texts.append(identifier + "-error") }
        if !texts.isEmpty { attributes.append(" aria-describedby=\"\(texts.joined(separator: " "))\"") }
        if error != nil { attributes.append(" aria-invalid=\"true\"") }
        if takesFocus { attributes.append(" autofocus") }
        return .joined(attributes)
    }
}

extension Field.Kind {
    fileprivate var attributes: HTML {
        switch self {
        case .text: " type=\"text\""
        case .email: " type=\"email\" spellcheck=\"false\" autocapitalize=\"none\""
        case .telephone: " type=\"tel\""
        case .url: " type=\"url\" spellcheck=\"false\""
        case .password: " type=\"password\""
        // A code of letters: a phone would correct it into words.
        case .code: " type=\"text\" class=\"code\" spellcheck=\"false\" autocapitalize=\"characters\""
        }
    }
}
