package import Secrets

/// What the server listens on and whom it believes.
package struct ServerConfiguration: Sendable {
    package struct Listener: Sendable {
        /// An address or a name to bind, e.g. `127.0.0.1` or `::1`.
        package var host: String
        /// 0 lets the system choose.
        package var port: Int
        package var tls: TLSSettings?

        package init(host: String, port: Int, tls: TLSSettings? = nil) {
            self.host = host
            self.port = port
            self.tls = tls
        }
    }

    package struct TLSSettings: Sendable {
        package enum ClientCertificates: String, CaseIterable, Hashable, Sendable {
            case none
            /// Asked for, and any is taken at the handshake: whom it names, the authenticator finds out.
            case optional
        }

        /// PEM, the server's own certificate first.
        package var certificateChain: [UInt8]
        /// PEM.
        package var privateKey: Secret
        package var clientCertificates: ClientCertificates

        package init(certificateChain: [UInt8], privateKey: Secret, clientCertificates: ClientCertificates = .optional)
        {
            self.certificateChain = certificateChain
            self.privateKey = privateKey
            self.clientCertificates = clientCertificates
        }
    }

    package var listeners: [Listener]
    /// `host[:port]`, lower case, as clients send it: from `public_url` and the listeners.
    package var allowedHosts: Set<String>
    /// `scheme://host[:port]`, lower case.
    package var allowedOrigins: Set<String>
    /// Addresses of peers whose `X-Forwarded-For` and client certificate field are believed.
    package var trustedProxies: Set<String>
    /// The field in which a trusted proxy sends the client's certificate (`ForwardedCertificate`).
    package var clientCertificateHeader: String?
    package var limits: ServerLimits
    /// Event loop threads; `nil` is one per core.
    package var threads: Int?

    package init(
        listeners: [Listener], allowedHosts: Set<String>, allowedOrigins: Set<String> = [],
        trustedProxies: Set<String> = [], clientCertificateHeader: String? = nil, limits: ServerLimits = ServerLimits(),
        threads: Int? = nil
    ) {
        self.listeners = listeners
        self.allowedHosts = allowedHosts
        self.allowedOrigins = allowedOrigins
        self.trustedProxies = trustedProxies
        self.clientCertificateHeader = clientCertificateHeader
        self.limits = limits
        self.threads = threads
    }
}

/// Why the server does not start.
package enum ServerError: Error, Hashable, Sendable, CustomStringConvertible {
    case noListener
    case cannotBind(address: String, reason: String)
    case badCertificate(reason: String)
    case badPrivateKey
    /// Two routes with the same method and the same shape of path.
    case duplicateRoute(method: String, path: String)
    case alreadyStarted

    package var description: String {
        switch self {
        case .noListener: "no address to listen on"
        case .cannotBind(let address, let reason): "cannot listen on \(address): \(reason)"
        case .badCertificate(let reason): "the TLS certificate chain is not usable: \(reason)"
        case .badPrivateKey: "the TLS private key is not usable: give an unencrypted PEM key that fits the certificate"
        case .duplicateRoute(let method, let path): "two plugins answer \(method) \(path)"
        case .alreadyStarted: "the server was started before"
        }
    }
}
