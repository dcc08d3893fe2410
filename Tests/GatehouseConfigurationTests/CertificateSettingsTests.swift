import GatehouseConfiguration
import Secrets
import Testing

/// `certificates` of gatehouse.yaml.
@Suite struct CertificateSettingsTests {
    private static let pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"

    private func files(_ certificates: String) -> MemoryFiles {
        MemoryFiles([
            "gatehouse.yaml": "public_url: https://id.example.com\ncertificates: \(certificates)\n",
            "ca.pem": Self.pem, "ca.key": "KEY\n", "not.pem": "KEY",
        ])
    }

    @Test func everythingIsRead() throws {
        let settings = try files(
            """
            {authority: {certificate: ca.pem, key: {file: ca.key}}, pkcs12: 3des, \
            kubernetes: {server: "https://k8s.example.com/", certificate_authority: ca.pem}}
            """
        ).load().settings.certificates
        #expect(settings.authority?.certificate == Self.pem)
        #expect(settings.authority?.key.revealText() == "KEY")
        #expect(settings.bundles == .tripleDES)
        #expect(settings.kubernetesServer == "https://k8s.example.com")
        #expect(settings.kubernetesAuthority == Self.pem)
    }

    @Test func nothingIsTheDefault() throws {
        let settings = try files("{}").load().settings.certificates
        #expect(settings.authority == nil && settings.bundles == .aes256 && settings.kubernetesServer == nil)
    }

    @Test(arguments: [
        ("{authority: {certificate: ca.pem}}", "key"), ("{authority: {key: x, certificate: not.pem}}", "certificate"),
        ("{authority: {key: x, certificate: gone.pem}}", "certificate"), ("{pkcs12: rc2}", "aes256, 3des"),
        ("{kubernetes: {server: \"http://k8s.example.com\"}}", "https"), ("{pkcs21: aes256}", "pkcs12"),
        ("{kubernetes: {servr: x}}", "server"),
    ])
    func refuses(_ text: String, _ word: String) {
        let problems = files(text).problems()
        #expect(!problems.isEmpty && problems.contains { $0.contains(word) }, "\(problems)")
    }
}
