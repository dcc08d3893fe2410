internal import Identifiers
internal import StrictJSON

/// What a provider said instead of yes (RFC 6749 §4.1.2.1, §5.2), with nothing in it that a page or a log line could
/// trip over.
package struct ProviderError: Sendable, Hashable {
    /// Of `a` to `z`, digits, `_`, `-` and `.`; "unrecognised" when the provider's was something else.
    package let code: String
    /// Printable ASCII, at most 200 characters. For the log and the operator: the words are not ours.
    package let detail: String?

    package init(code: String, detail: String?) {
        let isCode: (UInt8) -> Bool = {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || "_-.".utf8.contains($0)
        }
        let isPlain = (1...64).contains(code.utf8.count) && code.utf8.allSatisfy(isCode)
        self.code = isPlain ? code : "unrecognised"
        self.detail = detail.map(Self.plain)
    }

    init?(_ object: JSONObject) {
        guard let error = object["error"], !error.isNull else { return nil }
        self.init(code: error.stringValue ?? "", detail: object["error_description"]?.stringValue)
    }

    /// The person said no, or there is nobody: not a fault of the set-up.
    package var isOfThePerson: Bool {
        ["access_denied", "login_required", "interaction_required", "consent_required", "account_selection_required"]
            .contains { $0.hasSameBytes(as: code) }
    }

    var isOutage: Bool { ["temporarily_unavailable", "server_error"].contains { $0.hasSameBytes(as: code) } }

    private static func plain(_ text: String) -> String {
        String(
            decoding: text.utf8.prefix(200).map { byte in
                let isPlain = (0x20...0x7E).contains(byte) && !"\"\\<>&".utf8.contains(byte)
                return isPlain ? byte : UInt8(ascii: "?")
            }, as: UTF8.self)
    }
}
