package import Federation
import StrictJSON

/// A provider as the API describes it, whatever the form: what is stored of it, and what its definition is made from.
/// The client secret is no part of it: it is kept sealed, beside it.
package struct ProviderSpec: Hashable, Sendable {
    /// Which of the contract's specs it is, and ours for machines.
    package enum Form: String, CaseIterable, Hashable, Sendable {
        case azure = "azure_oidc_spec_type"
        case google = "google_oidc_spec_type"
        case generic = "oidc_v10_spec_type"
        case okta = "okta_oidc_spec_type"
        case workload = "workload_spec_type"
    }

    /// `prompt` of the authorization request, in the contract's order.
    package enum Prompt: String, CaseIterable, Hashable, Sendable {
        case unspecified = "UNSPECIFIED"
        case none = "NONE"
        case consent = "CONSENT"
        case login = "LOGIN"
        case selectAccount = "SELECT_ACCOUNT"
    }

    package let form: Form
    package var displayName = ""
    package var issuer = ""
    package var clientID = ""
    package var authorizationURL = ""
    package var tokenURL = ""
    package var userInfoURL = ""
    package var logoutURL = ""
    package var keysURL = ""
    package var defaultScopes = ""
    package var hostedDomain = ""
    package var forwardedQueryParameters = ""
    package var prompt = Prompt.unspecified
    package var signsOutBehindTheScenes = false
    package var skipsUserInfo = false
    package var passesLocale = false
    package var passesLoginHint = false
    /// Seconds.
    package var clockSkew: Int64 = 0
    package var audiences: [String] = []
    package var algorithms: [String] = []
    /// Domains whose e-mail addresses the provider gives out: our addition to the contract's specs (security rule 6).
    package var authoritativeDomains: [String] = []

    package init(_ form: Form) { self.form = form }

    package var kind: ProviderKind { form == .workload ? .workload : .oidc }

    /// Where Google's tokens come from; no operator can say otherwise.
    package static let googleIssuer = "https://accounts.google.com"

    /// The issuer that tokens must have.
    package var effectiveIssuer: String { form == .google ? Self.googleIssuer : issuer }
}

extension ProviderSpec {
    /// One member of a spec. All that reads, writes or stores a spec walks this table.
    package struct Field: Sendable {
        package enum Value: Sendable {
            case text(any WritableKeyPath<ProviderSpec, String> & Sendable, atMost: Int)
            /// One that we would fetch.
            case url(any WritableKeyPath<ProviderSpec, String> & Sendable)
            case flag(any WritableKeyPath<ProviderSpec, Bool> & Sendable)
            case seconds(any WritableKeyPath<ProviderSpec, Int64> & Sendable)
            case texts(any WritableKeyPath<ProviderSpec, [String]> & Sendable)
            case prompt
            /// Comes in and never goes out.
            case secret
            /// Whether signatures are checked: they are (security rule 6).
            case alwaysTrue
        }

        package let name: String
        package let value: Value
        package let isRequired: Bool

        init(_ name: String, _ value: Value, isRequired: Bool = false) {
            (self.name, self.value, self.isRequired) = (name, value, isRequired)
        }
    }

    /// The members of a form, in the order of the published file.
    package static func fields(of form: Form) -> [Field] {
        switch form {
        case .azure, .okta: hosted
        case .google: google
        case .generic: generic
        case .workload: workload
        }
    }

    private static let clientID = Field("client_id", .text(\.clientID, atMost: 1024), isRequired: true)
    private static let secret = Field("client_secret", .secret, isRequired: true)
    private static let authorizationURL = Field("authorization_url", .url(\.authorizationURL), isRequired: true)
    private static let tokenURL = Field("token_url", .url(\.tokenURL), isRequired: true)
    private static let backchannelLogout = Field("backchannel_logout", .flag(\.signsOutBehindTheScenes))
    private static let defaultScopes = Field("default_scopes", .text(\.defaultScopes, atMost: 256))
    private static let displayName = Field("display_name", .text(\.displayName, atMost: 256))
    private static let issuer = Field("issuer", .url(\.issuer))
    private static let keysURL = Field("jwks_url", .url(\.keysURL))
    private static let logoutURL = Field("logout_url", .url(\.logoutURL))
    private static let prompt = Field("prompt", .prompt)
    private static let userInfoURL = Field("user_info_url", .url(\.userInfoURL))
    private static let clockSkew = Field("allowed_clock_skew", .seconds(\.clockSkew))

    private static let domains = Field("authoritative_domains", .texts(\.authoritativeDomains))

    private static let hosted = [
        domains, authorizationURL, backchannelLogout, clientID, secret, defaultScopes, issuer, keysURL, logoutURL,
        prompt,
        tokenURL, userInfoURL,
    ]

    private static let google = [domains, clientID, secret, Field("hosted_domain", .text(\.hostedDomain, atMost: 253))]

    private static let generic = [
        domains, clockSkew, authorizationURL, backchannelLogout, clientID, secret, defaultScopes,
        Field("disable_user_info", .flag(\.skipsUserInfo)), displayName,
        Field("forwarded_query_parameters", .text(\.forwardedQueryParameters, atMost: 1024)), issuer, keysURL,
        logoutURL, Field("pass_current_locale", .flag(\.passesLocale)),
        Field("pass_login_hint", .flag(\.passesLoginHint)), prompt, tokenURL, userInfoURL,
        Field("validate_signatures", .alwaysTrue),
    ]

    private static let workload = [
        Field("algorithms", .texts(\.algorithms)), clockSkew, Field("audiences", .texts(\.audiences), isRequired: true),
        displayName, issuer, keysURL,
    ]
}

extension ProviderSpec {
    /// What is stored: the members that the form has, and nothing secret.
    var document: JSONObject {
        var object: JSONObject = ["form": JSONValue(form.rawValue)]
        for field in Self.fields(of: form) {
            switch field.value {
            case .text(let path, _), .url(let path): object[field.name] = JSONValue(self[keyPath: path])
            case .flag(let path): object[field.name] = .bool(self[keyPath: path])
            case .seconds(let path): object[field.name] = .integer(self[keyPath: path])
            case .texts(let path): object[field.name] = JSONValue(self[keyPath: path])
            case .prompt: object[field.name] = JSONValue(prompt.rawValue)
            case .secret, .alwaysTrue: break
            }
        }
        return object
    }

    /// Reads what `document` writes; `nil` when it does not read: such a provider is in force nowhere.
    init?(document: JSONObject) {
        guard let form = document["form"]?.stringValue.flatMap(Form.init(rawValue:)) else { return nil }
        self.init(form)
        for field in Self.fields(of: form) {
            let stored = document[field.name]
            switch field.value {
            case .text(let path, _), .url(let path):
                guard let text = stored?.stringValue else { return nil }
                self[keyPath: path] = text
            case .flag(let path):
                guard let flag = stored?.boolValue else { return nil }
                self[keyPath: path] = flag
            case .seconds(let path):
                guard let seconds = stored?.integerValue else { return nil }
                self[keyPath: path] = seconds
            case .texts(let path):
                // Older ones know nothing of it.
                guard let stored else { continue }
                guard let list = stored.arrayValue else { return nil }
                self[keyPath: path] = list.compactMap(\.stringValue)
            case .prompt:
                guard let prompt = stored?.stringValue.flatMap(Prompt.init(rawValue:)) else { return nil }
                self.prompt = prompt
            case .secret, .alwaysTrue: break
            }
        }
    }
}
