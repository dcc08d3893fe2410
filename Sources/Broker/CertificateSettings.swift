/// How what we hand out with a certificate looks.
package struct CertificateSettings: Sendable {
    /// How a PKCS#12 bundle is encrypted. 3DES is for clients that know nothing newer, and has to be asked for.
    package enum BundleEncryption: String, CaseIterable, Hashable, Sendable {
        case aes256
        case tripleDES = "3des"
    }

    package let bundleEncryption: BundleEncryption
    /// The base of the server URLs in kubeconfigs, without `/` at the end; `nil`: `https://` and our own host.
    package let kubernetesServer: String?
    /// Certificates (PEM) that the Kubernetes API server's own is checked with; `nil`: our authority's.
    package let kubernetesAuthority: String?

    package init(
        bundleEncryption: BundleEncryption = .aes256, kubernetesServer: String? = nil,
        kubernetesAuthority: String? = nil
    ) {
        self.bundleEncryption = bundleEncryption
        self.kubernetesServer = kubernetesServer
        self.kubernetesAuthority = kubernetesAuthority
    }
}
