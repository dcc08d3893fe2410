package import AccessPolicy
import Identifiers
package import Secrets

/// What is asked for when a credential is made.
package struct CredentialRequest: Sendable {
    /// The user of a service credential: roles and groups of their own.
    package struct ServiceUser: Sendable {
        package let roles: NamespaceAccess
        package let groups: [String]

        package init(roles: NamespaceAccess, groups: [String]) {
            self.roles = roles
            self.groups = groups
        }
    }

    package let name: String
    package let type: CredentialType
    package let namespace: NamespaceName
    /// `nil` and 0 are the default.
    package let days: Int64?
    /// Of the PKCS#12 bundle.
    package let password: Secret?
    package let target: KubernetesTarget?
    /// For the service family.
    package let serviceUser: ServiceUser?

    package init(
        name: String, type: CredentialType, namespace: NamespaceName, days: Int64?, password: Secret? = nil,
        target: KubernetesTarget? = nil, serviceUser: ServiceUser? = nil
    ) {
        self.name = name
        self.type = type
        self.namespace = namespace
        self.days = days
        self.password = password
        self.target = target
        self.serviceUser = serviceUser
    }

    /// Passwords of bundles, in bytes (contract README §1).
    package static let passwordBytes = 6...50
    /// Names of sites, in bytes.
    package static let siteBytes = 1...64

    /// What the type needs beyond its name.
    func check() throws(CredentialFailure) {
        try CredentialName.check(name)
        switch type.form {
        case .token: break
        case .certificate:
            guard let password else { throw .invalid(field: "password", reason: "is required for \(type.rawValue)") }
            guard Self.passwordBytes.contains(password.count) else {
                throw .invalid(field: "password", reason: "must be 6 to 50 bytes")
            }
            guard !password.reveal().contains(0) else {
                throw .invalid(field: "password", reason: "must not hold a NUL character")
            }
        case .kubeconfig: try checkTarget()
        }
    }

    private func checkTarget() throws(CredentialFailure) {
        switch (type.isForSite, target) {
        case (true, .site(let name)?):
            let isPlain = name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_.".utf8.contains(byte)
            }
            guard Self.siteBytes.contains(name.utf8.count), isPlain, !name.hasPrefix(".") else {
                throw .invalid(field: "site", reason: "must be 1 to 64 of A-Z, a-z, 0-9, '-', '_' and '.'")
            }
        case (true, _):
            throw .invalid(field: "site_kubeconfig.site", reason: "is required for \(type.rawValue)")
        case (false, .cluster(let name, let namespace)?):
            for (field, value) in [("virtual_k8s_name", name), ("virtual_k8s_namespace", namespace)] {
                guard Self.isObjectName(value) else {
                    throw .invalid(
                        field: field,
                        reason:
                            "must be 1 to 63 of a-z, 0-9 and '-', beginning with a letter and ending with a letter or digit"
                    )
                }
            }
        case (false, _):
            throw .invalid(
                field: "virtual_k8s_name", reason: "and virtual_k8s_namespace are required for \(type.rawValue)")
        }
    }

    /// A DNS-1035 label (RFC 1035 §2.3.1, as Kubernetes reads it).
    private static func isObjectName(_ text: String) -> Bool {
        guard (try? NamespaceName(text)) != nil, let first = text.utf8.first else { return false }
        return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
    }
}

/// What create answers: the record, and the secret this once.
package struct CreatedCredential: Sendable {
    package let record: CredentialRecord
    /// As the contract's `data`: the token, or base64 of the PKCS#12 bundle or the kubeconfig.
    package let secret: Secret

    package init(record: CredentialRecord, secret: Secret) {
        self.record = record
        self.secret = secret
    }
}

/// An answer: made now, or the one that was given to the same question before.
package enum CreationOutcome: Sendable {
    case created(CreatedCredential)
    /// The body that was answered then.
    case replayed([UInt8])
}
