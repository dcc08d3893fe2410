import NIOSSL
import Secrets

extension ServerConfiguration.TLSSettings {
    /// TLS 1.2 and later, HTTP/1.1 only. Key and chain are checked here, before anything listens.
    func context() throws(ServerError) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMBytes(certificateChain)
        } catch {
            throw .badCertificate(reason: "\(error)")
        }
        guard !chain.isEmpty else { throw .badCertificate(reason: "the file holds no certificate") }
        guard let key = try? NIOSSLPrivateKey(bytes: privateKey.reveal(), format: .pem) else { throw .badPrivateKey }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        switch clientCertificates {
        case .none: configuration.certificateVerification = .none
        case .optional: configuration.certificateVerification = .optionalVerification
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .badCertificate(reason: "\(error)")
        }
    }
}
