/// Why a body is not a form that we read. Offsets count bytes of the body; its content is not repeated.
package enum FormError: Error, Hashable, Sendable {
    case notAForm
    case tooLarge
    case tooManyParameters
    /// A byte that a form has to escape.
    case unexpectedByte(at: Int)
    /// A percent sign without two hexadecimal digits.
    case badEscape(at: Int)
    /// The name or value that begins there is not UTF-8 once decoded.
    case notUTF8(at: Int)
    /// The name or value that begins there has a NUL once decoded, which C code behind us would read as an end.
    case nul(at: Int)
    case unnamedParameter(at: Int)
    /// RFC 6749 §3.1, §3.2. The name is given when it looks like a parameter's and not like a secret in a wrong place.
    case repeatedParameter(String?)
}

extension OAuthError {
    /// Whatever is wrong with a form is `invalid_request`; only the description differs.
    package init(_ error: FormError) {
        let description =
            switch error {
            case .notAForm: "the body must be application/x-www-form-urlencoded"
            case .tooLarge: "the body is too large"
            case .tooManyParameters: "the form has too many parameters"
            case .unexpectedByte(let offset): "the form has a byte that must be escaped at \(offset)"
            case .badEscape(let offset): "the form has a broken percent escape at \(offset)"
            case .notUTF8(let offset): "the form is not UTF-8 in the text at \(offset)"
            case .nul(let offset): "the form has a NUL in the text at \(offset)"
            case .unnamedParameter(let offset): "the form has a parameter without a name at \(offset)"
            case .repeatedParameter(let name): "a parameter comes twice\(name.map { ": \($0)" } ?? "")"
            }
        self.init(.invalidRequest, description)
    }
}
