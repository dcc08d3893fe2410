package import AccessPolicy
import Identifiers
import OpenSSLCrypto
package import StrictJSON

/// An authentication policy: which credentials may use a namespace, and how the browsers of its applications are signed
/// in.
package struct AuthenticationRecord: Hashable, Sendable {
    package let namespace: NamespaceName
    package let name: String
    package var id = ""
    package var description = ""
    package var labels = JSONObject()
    package var annotations = JSONObject()
    /// Kept and without effect.
    package var isDisabled = false
    package var rules = AuthenticationRules()
    /// Of `system` only.
    package var coversTenant = false
    package var cookie: CookieParameters?
    package var oidc: OIDCParameters?
    /// What it is applied to by sign-in; both empty is everything.
    package var hosts: [String] = []
    package var pathPrefixes: [String] = []
    package var creator = ""
    package var createdAt: Timestamp?
    package var modifiedAt: Timestamp?

    package init(_ name: String, in namespace: NamespaceName) {
        self.name = name
        self.namespace = namespace
    }

    /// Of the cookie that a browser's session is in. Seconds; 0 is the server's own.
    package struct CookieParameters: Hashable, Sendable {
        package var cookieExpiry: Int64 = 0
        package var cookieRefreshInterval: Int64 = 0
        package var sessionExpiry: Int64 = 0
        package var keys = Keys.server

        /// What the cookie is authenticated with.
        package enum Keys: Hashable, Sendable {
            /// The server's own, which rotate by themselves.
            case server
            /// `kms_key_hmac` of the contract: the same, asked for by name.
            case keyReference
            case given(primary: Key, secondary: Key?)
        }

        package struct Key: Hashable, Sendable {
            package var sealed: [UInt8]
            /// After that it verifies nothing.
            package var expiresAt: Timestamp?

            package init(sealed: [UInt8], expiresAt: Timestamp?) {
                self.sealed = sealed
                self.expiresAt = expiresAt
            }
        }

        package init() {}
    }

    package struct OIDCParameters: Hashable, Sendable {
        package var clientID: String
        package var sealedSecret: [UInt8]
        package var endpoints: Endpoints

        package enum Endpoints: Hashable, Sendable {
            case wellKnown(String)
            case explicit(authorization: String, endSession: String, token: String)
        }

        package init(clientID: String, sealedSecret: [UInt8], endpoints: Endpoints) {
            self.clientID = clientID
            self.sealedSecret = sealedSecret
            self.endpoints = endpoints
        }
    }
}

extension AuthenticationRecord {
    static func objectID(_ name: String, in namespace: NamespaceName) -> StoredObject.ID {
        StoredObject.ID(.authentication, namespace.rawValue + "/" + name)
    }

    var objectID: StoredObject.ID { Self.objectID(name, in: namespace) }

    /// What is in force of a stored one; `nil` when it is switched off or asks nothing of credentials. One that does not
    /// read lets nobody in: it was there to keep somebody out.
    static func policy(_ object: StoredObject) -> AuthenticationPolicyTable.Policy? {
        let place = object.name.split(separator: "/", maxSplits: 1)
        guard let namespace = place.first.flatMap({ try? NamespaceName($0) }), place.count == 2 else { return nil }
        guard let record = AuthenticationRecord(object) else {
            var nothing = AuthenticationRules()
            nothing.maximumLifetime = 0
            return AuthenticationPolicyTable.Policy(
                name: String(place[1]), namespace: namespace, coversTenant: false, rules: nothing)
        }
        guard !record.isDisabled, !record.rules.isEmpty else { return nil }
        return AuthenticationPolicyTable.Policy(
            name: record.name, namespace: namespace, coversTenant: record.coversTenant && namespace == .system,
            rules: record.rules)
    }

    package init?(_ object: StoredObject) {
        let document = object.document
        let place = object.name.split(separator: "/", maxSplits: 1)
        guard object.id.kind == .authentication, place.count == 2, let namespace = try? NamespaceName(place[0]),
            let rules = document["rules"]?.objectValue.flatMap(AuthenticationRules.init(document:)),
            let id = document["id"]?.stringValue, let isDisabled = document["disabled"]?.boolValue,
            let coversTenant = document["covers_tenant"]?.boolValue
        else { return nil }
        self.init(String(place[1]), in: namespace)
        (self.id, self.isDisabled, self.rules, self.coversTenant) = (id, isDisabled, rules, coversTenant)
        description = document["description"]?.stringValue ?? ""
        labels = document["labels"]?.objectValue ?? JSONObject()
        annotations = document["annotations"]?.objectValue ?? JSONObject()
        creator = document["creator"]?.stringValue ?? ""
        hosts = Self.texts(document["hosts"])
        pathPrefixes = Self.texts(document["path_prefixes"])
        cookie = document["cookie"]?.objectValue.flatMap(CookieParameters.init(document:))
        oidc = document["oidc"]?.objectValue.flatMap(OIDCParameters.init(document:))
        createdAt = object.createdAt
        modifiedAt = object.revision > 1 ? object.modifiedAt : nil
    }

    package var document: JSONObject {
        var object: JSONObject = [
            "annotations": .object(annotations), "covers_tenant": .bool(coversTenant), "creator": JSONValue(creator),
            "description": JSONValue(description), "disabled": .bool(isDisabled), "hosts": JSONValue(hosts),
            "id": JSONValue(id), "labels": .object(labels), "path_prefixes": JSONValue(pathPrefixes),
            "rules": .object(rules.document),
        ]
        if let cookie { object["cookie"] = .object(cookie.document) }
        if let oidc { object["oidc"] = .object(oidc.document) }
        return object
    }

    fileprivate static func texts(_ value: JSONValue?) -> [String] {
        (value?.arrayValue ?? []).compactMap(\.stringValue)
    }
}

extension AuthenticationRules {
    /// `nil` when anything does not read: rules with a part left out would let in whom they keep out.
    fileprivate init?(document: JSONObject) {
        self.init()
        for text in AuthenticationRecord.texts(document["mechanisms"]) {
            guard let mechanism = AuthenticationMechanism(rawValue: text) else { return nil }
            mechanisms.insert(mechanism)
        }
        credentialTypes = Set(AuthenticationRecord.texts(document["credential_types"]))
        maximumLifetime = document["max_lifetime"]?.integerValue
        requiredContextClasses = AuthenticationRecord.texts(document["acr"])
        requiredMethods = AuthenticationRecord.texts(document["amr"])
        for text in AuthenticationRecord.texts(document["networks"]) {
            guard let network = try? IPNetwork(text) else { return nil }
            sourceNetworks.append(network)
        }
    }

    fileprivate var document: JSONObject {
        var object: JSONObject = [
            "acr": JSONValue(requiredContextClasses), "amr": JSONValue(requiredMethods),
            "credential_types": JSONValue(credentialTypes.sorted()),
            "mechanisms": JSONValue(mechanisms.map(\.rawValue).sorted()),
            "networks": JSONValue(sourceNetworks.map(\.text)),
        ]
        if let maximumLifetime { object["max_lifetime"] = .integer(maximumLifetime) }
        return object
    }
}

extension AuthenticationRecord.CookieParameters {
    fileprivate init?(document: JSONObject) {
        self.init()
        cookieExpiry = document["cookie_expiry"]?.integerValue ?? 0
        cookieRefreshInterval = document["cookie_refresh_interval"]?.integerValue ?? 0
        sessionExpiry = document["session_expiry"]?.integerValue ?? 0
        switch document["keys"]?.stringValue {
        case "reference"?: keys = .keyReference
        case "given"?:
            guard let primary = Self.key(document["primary"]) else { return nil }
            keys = .given(primary: primary, secondary: Self.key(document["secondary"]))
        default: keys = .server
        }
    }

    private static func key(_ value: JSONValue?) -> Key? {
        guard let sealed = value?["sealed"]?.stringValue.flatMap(Hexadecimal.bytes) else { return nil }
        return Key(
            sealed: sealed, expiresAt: value?["expires"]?.integerValue.map { Timestamp(milliseconds: $0) })
    }

    private static func json(_ key: Key) -> JSONValue {
        [
            "expires": key.expiresAt.map { .integer($0.milliseconds) } ?? .null,
            "sealed": JSONValue(Hexadecimal.text(key.sealed)),
        ]
    }

    fileprivate var document: JSONObject {
        var object: JSONObject = [
            "cookie_expiry": .integer(cookieExpiry), "cookie_refresh_interval": .integer(cookieRefreshInterval),
            "session_expiry": .integer(sessionExpiry),
        ]
        switch keys {
        case .server: object["keys"] = "server"
        case .keyReference: object["keys"] = "reference"
        case .given(let primary, let secondary):
            object["keys"] = "given"
            object["primary"] = Self.json(primary)
            if let secondary { object["secondary"] = Self.json(secondary) }
        }
        return object
    }
}

extension AuthenticationRecord.OIDCParameters {
    fileprivate init?(document: JSONObject) {
        guard let clientID = document["client_id"]?.stringValue,
            let sealed = document["sealed_secret"]?.stringValue.flatMap(Hexadecimal.bytes)
        else { return nil }
        if let url = document["well_known"]?.stringValue {
            self.init(clientID: clientID, sealedSecret: sealed, endpoints: .wellKnown(url))
        } else {
            self.init(
                clientID: clientID, sealedSecret: sealed,
                endpoints: .explicit(
                    authorization: document["authorization"]?.stringValue ?? "",
                    endSession: document["end_session"]?.stringValue ?? "",
                    token: document["token"]?.stringValue ?? ""))
        }
    }

    fileprivate var document: JSONObject {
        var object: JSONObject = [
            "client_id": JSONValue(clientID), "sealed_secret": JSONValue(Hexadecimal.text(sealedSecret)),
        ]
        switch endpoints {
        case .wellKnown(let url): object["well_known"] = JSONValue(url)
        case .explicit(let authorization, let endSession, let token):
            object["authorization"] = JSONValue(authorization)
            object["end_session"] = JSONValue(endSession)
            object["token"] = JSONValue(token)
        }
        return object
    }
}
