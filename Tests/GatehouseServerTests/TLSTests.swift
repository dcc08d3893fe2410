import HTTPTypes
import NIOCore
import NIOPosix
import NIOSSL
import Secrets
import ServerPlugin
import Testing

@testable import GatehouseServer

private func settings(
    _ clientCertificates: ServerConfiguration.TLSSettings.ClientCertificates
) throws -> ServerConfiguration.TLSSettings {
    .init(
        certificateChain: try Fixture.bytes("TEST-ONLY-server.pem"),
        privateKey: Secret(try Fixture.bytes("TEST-ONLY-server.key")),
        clientCertificates: clientCertificates)
}

/// Collects what the server sends until it closes.
private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private var text = ""
    private let promise: EventLoopPromise<String>
    init(_ promise: EventLoopPromise<String>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { text += String(buffer: unwrapInboundIn(data)) }
    func channelInactive(context: ChannelHandlerContext) { promise.succeed(text) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }
}

private func ask(
    _ port: Int, _ request: String, certificate: Bool = false, configure: (inout TLSConfiguration) -> Void = { _ in }
) async throws -> String {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("TEST-ONLY-server.pem")))
    if certificate {
        tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("TEST-ONLY-client.pem")).map {
            .certificate($0)
        }
        tls.privateKey = .privateKey(
            try NIOSSLPrivateKey(bytes: try Fixture.bytes("TEST-ONLY-client.key"), format: .pem))
    }
    configure(&tls)
    let context = try NIOSSLContext(configuration: tls)
    let group = MultiThreadedEventLoopGroup.singleton
    let answer = group.any().makePromise(of: String.self)
    do {
        let channel = try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        try NIOSSLClientHandler(context: context, serverHostname: "localhost"), Collector(answer),
                    ])
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: request))
    } catch {
        answer.fail(error)
    }
    return try await answer.futureResult.get()
}

@Test func aCertificateIsOptional() async throws {
    let request = TestServer.request("GET /who", fields: ["Connection: close"])
    let der = try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("TEST-ONLY-client.pem")).first?.toDERBytes()
    try await TestServer.run(tls: settings(.optional)) { server in
        let without = try await ask(server.port, request)
        #expect(without.status == 401)
        #expect(without.field("Strict-Transport-Security") == "max-age=31536000")
        let with = try await ask(server.port, request, certificate: true)
        #expect(with.status == 200, "\(with)")
        #expect(with.body == #"{"name":"certificate of \#(der?.count ?? 0) bytes"}"#)
    }
}

@Test func aCertificateIsNotAskedForWhenNotWanted() async throws {
    let request = TestServer.request("GET /who", fields: ["Connection: close"])
    try await TestServer.run(tls: settings(.none)) { server in
        let answer = try await ask(server.port, request, certificate: true)
        #expect(answer.status == 401)
    }
}

@Test func oldVersionsAreRefused() async throws {
    try await TestServer.run(tls: settings(.optional)) { server in
        await #expect(throws: (any Error).self) {
            try await ask(server.port, TestServer.request("GET /livez")) {
                $0.minimumTLSVersion = .tlsv1
                $0.maximumTLSVersion = .tlsv11
            }
        }
        let answer = try await ask(server.port, TestServer.request("GET /livez", fields: ["Connection: close"]))
        #expect(answer.status == 200)
    }
}

@Test func plainHTTPOnATLSPortIsClosed() async throws {
    try await TestServer.run(tls: settings(.optional)) { server in
        let answer = try await server.exchange(TestServer.request("GET /livez"))
        #expect(!answer.contains("HTTP/1.1"))
    }
}

/// Also on TLS an answer that is broken off must not look complete to HTTP/1.0: no farewell of TLS comes before the end.
@Test func whatIsBrokenOffEndsWithoutAFarewell() async throws {
    let route = Route(.get, "/parts", access: .open) { _ in
        var response = Response(status: .ok, body: Array("ab".utf8))
        response.rest = { throw Surprise(secret: "x") }
        return response
    }
    try await TestServer.run(routes: [route], tls: settings(.none)) { server in
        await #expect(throws: (any Error).self) {
            try await ask(server.port, "GET /parts HTTP/1.0\r\nHost: id.example\r\n\r\n")
        }
    }
}

@Test(
    arguments: [
        ("no PEM", "nonsense", "TEST-ONLY-server.key"), ("empty", "", "TEST-ONLY-server.key"),
    ])
func aBadChainIsNamed(name: String, chain: String, key: String) throws {
    let tls = ServerConfiguration.TLSSettings(
        certificateChain: Array(chain.utf8), privateKey: Secret(try Fixture.bytes(key)))
    #expect {
        try tls.context()
    } throws: { error in
        guard case ServerError.badCertificate = error else { return false }
        return true
    }
}

@Test func aBadKeyIsNamedWithoutItself() throws {
    let tls = ServerConfiguration.TLSSettings(
        certificateChain: try Fixture.bytes("TEST-ONLY-server.pem"), privateKey: Secret(utf8: "CANARY"))
    #expect(throws: ServerError.badPrivateKey) { try tls.context() }
    #expect(!ServerError.badPrivateKey.description.contains("CANARY"))
}

@Test func aKeyOfAnotherCertificateIsRefusedAtStart() throws {
    let tls = ServerConfiguration.TLSSettings(
        certificateChain: try Fixture.bytes("TEST-ONLY-server.pem"),
        privateKey: Secret(try Fixture.bytes("TEST-ONLY-client.key")))
    #expect(throws: ServerError.self) { try tls.context() }
}
