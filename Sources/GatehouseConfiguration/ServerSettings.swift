package import Secrets

/// One listener of the server.
package struct ListenerSettings: Sendable {
    package let address: SocketAddress
    package let tls: TLSFiles?

    package init(address: SocketAddress, tls: TLSFiles? = nil) {
        self.address = address
        self.tls = tls
    }
}

/// What a TLS listener shows and asks.
package struct TLSFiles: Sendable {
    package enum ClientCertificates: String, CaseIterable, Hashable, Sendable {
        case none, optional
    }

    /// The PEM file of the chain, and what was in it when the configuration was read.
    package let certificateFile: String
    package let certificate: [UInt8]
    /// The private key, PEM.
    package let key: Secret
    package let clientCertificates: ClientCertificates

    package init(certificateFile: String, certificate: [UInt8], key: Secret, clientCertificates: ClientCertificates) {
        self.certificateFile = certificateFile
        self.certificate = certificate
        self.key = key
        self.clientCertificates = clientCertificates
    }
}

/// The proxy in front that ends TLS.
package struct ProxySettings: Hashable, Sendable {
    /// Addresses whose headers are believed.
    package let trusted: [String]
    package let clientCertificateHeader: String?

    package init(trusted: [String], clientCertificateHeader: String?) {
        self.trusted = trusted
        self.clientCertificateHeader = clientCertificateHeader
    }
}

extension SettingsValue {
    /// One address, or a list of addresses and `{address, tls}`. `tls: false` switches the top level's TLS off for one.
    func listeners(tls: TLSFiles?) -> [ListenerSettings]? {
        oneOrList(maximum: 16) { value -> ListenerSettings? in
            guard case .map = value.node.content else {
                return value.address().map { ListenerSettings(address: $0, tls: tls) }
            }
            guard let map = value.map() else { return nil }
            defer { map.finish() }
            let address = map.required("address")?.address()
            guard let own = map["tls"] else { return address.map { ListenerSettings(address: $0, tls: tls) } }
            guard case .scalar = own.node.content else {
                guard let files = own.tls(), let address else { return nil }
                return ListenerSettings(address: address, tls: files)
            }
            guard let isWanted = own.bool() else { return nil }
            if isWanted, tls == nil { return own.refuse("is true, but there is no top-level 'tls' with a certificate") }
            return address.map { ListenerSettings(address: $0, tls: isWanted ? tls : nil) }
        }
    }

    func tls() -> TLSFiles? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        let certificate = map.required("certificate").flatMap { $0.publicFile() }
        let key = map.required("key")?.secret()
        var clientCertificates = TLSFiles.ClientCertificates.optional
        if let value = map["client_certificates"] {
            guard let choice = value.choice(TLSFiles.ClientCertificates.self) else { return nil }
            clientCertificates = choice
        }
        guard let certificate, let key else { return nil }
        return TLSFiles(
            certificateFile: certificate.path, certificate: certificate.bytes, key: key,
            clientCertificates: clientCertificates)
    }

    func proxy() -> ProxySettings? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        let trusted = map.required("trusted")?.oneOrList(maximum: 64) { $0.ipAddress() }
        let header = map["client_certificate_header"].map { $0.headerName() }
        guard let trusted, header != .some(nil) else { return nil }
        return ProxySettings(trusted: trusted, clientCertificateHeader: header ?? nil)
    }

    /// A file that is no secret, read at once so that a wrong path shows at start.
    func publicFile(maximum: Int = 1 << 20) -> (path: String, bytes: [UInt8])? {
        guard let path = path() else { return nil }
        switch context.surroundings.files.read(path, maximum) {
        case .success(let content): return (path, content.bytes)
        case .failure(let failure): return refuse("cannot be read: \(failure.message)")
        }
    }

    private func headerName() -> String? {
        guard let text = text() else { return nil }
        let isToken = text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || "-_".utf8.contains($0)
        }
        return isToken ? text : refuse("must be the name of a header")
    }
}
