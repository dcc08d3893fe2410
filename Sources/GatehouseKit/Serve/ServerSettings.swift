import DevelopmentPlugin
import GatehouseConfiguration
import GatehouseServer
import HTTPFetch
import Identifiers
import Observability

extension GatehouseSettings {
    /// What the server listens on and which names it answers to: those of `public_url` and of the listeners.
    var serverConfiguration: ServerConfiguration {
        var hosts: Set<String> = [publicURL.authority]
        var origins: Set<String> = [publicURL.origin]
        for listener in listeners {
            let authority = listener.address.description
            hosts.insert(authority)
            origins.insert((listener.tls == nil ? "http://" : "https://") + authority)
        }
        return ServerConfiguration(
            listeners: listeners.map { listener in
                .init(
                    host: listener.address.host, port: listener.address.port,
                    tls: listener.tls.map { tls in
                        .init(
                            certificateChain: tls.certificate, privateKey: tls.key,
                            clientCertificates: tls.clientCertificates == .none ? .none : .optional)
                    })
            }, allowedHosts: hosts, allowedOrigins: origins, trustedProxies: Set(proxy?.trusted ?? []),
            clientCertificateHeader: proxy?.clientCertificateHeader, limits: serverLimits,
            threads: Processors.usable)
    }

    private var serverLimits: ServerLimits {
        var result = ServerLimits()
        result.headerCount = Int(limits[.headers])
        result.headerBytes = Int(limits[.headerList])
        result.idleSeconds = limits[.idle]
        result.requestTimeoutSeconds = limits[.requestTime]
        result.connections = Int(limits[.connections])
        result.connectionsPerPeer = Int(limits[.connectionsPerPeer])
        result.requestsInFlight = Int(limits[.requestsInFlight])
        result.reservedInFlight = Int(limits[.requestsReserved])
        result.drainSeconds = limits[.shutdownTime]
        return result
    }

    /// Our own issuer may be plain http on loopback and nowhere else (interface.md, plain-http development).
    var ownPlainHTTPOrigin: Set<Key> { publicURL.isLoopback ? [Key(publicURL.origin)] : [] }

    func outboundOrigins() throws -> Set<Origin> { Set(try allowedOrigins.map { try Origin($0) }) }
}

extension DemoProvider {
    /// Its own listener, on the loopback address of its issuer.
    var serverConfiguration: ServerConfiguration {
        let authority = issuer.dropFirst("http://".count)
        let port = authority.split(separator: ":").last.flatMap { Int($0) } ?? 9001
        return ServerConfiguration(
            listeners: [.init(host: "127.0.0.1", port: port)], allowedHosts: [String(authority)],
            allowedOrigins: [issuer],
            threads: 1)
    }
}
