package import Secrets

/// `certificates`: the authority behind client certificates, and how bundles and kubeconfigs look.
package struct CertificateConfiguration: Sendable {
    /// One that is given instead of made at the first start.
    package struct Authority: Sendable {
        /// PEM.
        package let certificate: String
        package let key: Secret

        package init(certificate: String, key: Secret) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// How PKCS#12 bundles are encrypted: 3DES is for clients that know nothing newer.
    package enum Bundles: String, CaseIterable, Hashable, Sendable {
        case aes256
        case tripleDES = "3des"
    }

    package var authority: Authority?
    package var bundles: Bundles
    /// The base of server URLs in kubeconfigs, without `/` at the end; `nil`: our own host.
    package var kubernetesServer: String?
    /// What the Kubernetes API server's certificate is checked with: PEM; `nil`: our authority's.
    package var kubernetesAuthority: String?

    package init(
        authority: Authority? = nil, bundles: Bundles = .aes256, kubernetesServer: String? = nil,
        kubernetesAuthority: String? = nil
    ) {
        self.authority = authority
        self.bundles = bundles
        self.kubernetesServer = kubernetesServer
        self.kubernetesAuthority = kubernetesAuthority
    }
}

extension SettingsValue {
    /// `{authority: {certificate, key}, pkcs12: aes256|3des, kubernetes: {server, certificate_authority}}`, all optional.
    func certificates() -> CertificateConfiguration? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        var result = CertificateConfiguration()
        var isGood = true
        if let value = map["authority"] {
            if let authority = value.certificateAuthority() { result.authority = authority } else { isGood = false }
        }
        if let value = map["pkcs12"] {
            if let bundles = value.choice(CertificateConfiguration.Bundles.self) {
                result.bundles = bundles
            } else {
                isGood = false
            }
        }
        if let kubernetes = map["kubernetes"]?.map() {
            defer { kubernetes.finish() }
            if let value = kubernetes["server"] {
                if let server = value.kubernetesServer() { result.kubernetesServer = server } else { isGood = false }
            }
            if let value = kubernetes["certificate_authority"] {
                if let pem = value.certificateFile() { result.kubernetesAuthority = pem } else { isGood = false }
            }
        }
        return isGood ? result : nil
    }

    private func certificateAuthority() -> CertificateConfiguration.Authority? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        let certificate = map.required("certificate")?.certificateFile()
        let key = map.required("key")?.secret()
        guard let certificate, let key else { return nil }
        return CertificateConfiguration.Authority(certificate: certificate, key: key)
    }

    private func certificateFile() -> String? {
        guard let bytes = publicFile()?.bytes else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self), text.hasPrefix("-----BEGIN CERTIFICATE-----") else {
            return refuse("must be a PEM file that begins with a certificate")
        }
        return text
    }

    private func kubernetesServer() -> String? {
        guard let url = url() else { return nil }
        guard url.isSecure else { return refuse("must begin with https://: a kubeconfig carries a private key") }
        return url.text.hasSuffix("/") ? String(url.text.dropLast()) : url.text
    }
}
