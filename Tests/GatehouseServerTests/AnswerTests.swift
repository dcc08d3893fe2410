import HTTPTypes
import ServerPlugin
import StrictJSON
import Testing

@testable import GatehouseServer

@Test func whatEveryAnswerSays() async throws {
    let answer = try await TestServer.run { try await $0.ask("GET /open") }
    #expect(answer.status == 200)
    let id = try #require(answer.field("X-Request-Id"))
    #expect(id.utf8.count == 32)
    #expect(answer.body == #"{"id":"\#(id)","remote":"127.0.0.1","anonymous":true}"#)
    #expect(answer.field("X-Content-Type-Options") == "nosniff")
    #expect(answer.field("Referrer-Policy") == "no-referrer")
    #expect(answer.field("Cache-Control") == "no-store")
    #expect(answer.field("Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'")
    #expect(answer.field("Date") == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(answer.field("Server") == nil)
    #expect(answer.field("Strict-Transport-Security") == nil)
}

@Test func aRouteMaySayOtherwiseButNotAboutFraming() async throws {
    let route = Route(.get, "/own", access: .open) { _ in
        Response(
            status: .ok,
            headers: [
                .cacheControl: "max-age=60", .contentSecurityPolicy: "default-src 'self'", .contentLength: "999",
                .connection: "close",
                .transferEncoding: "chunked", .server: "x",
            ], body: Array("ab".utf8))
    }
    let answer = try await TestServer.run(routes: [route]) { server in
        let client = try await server.client()
        try await client.send(TestServer.request("GET /own"))
        return try await client.readAnswer()
    }
    #expect(answer.field("Cache-Control") == "max-age=60")
    #expect(answer.field("Content-Security-Policy") == "default-src 'self'")
    #expect(answer.field("Content-Length") == "2")
    #expect(answer.field("Transfer-Encoding") == nil)
    #expect(answer.field("Connection") == nil)
    #expect(answer.field("Server") == nil)
    #expect(answer.body == "ab")
}

@Test func headIsGetWithoutTheBody() async throws {
    let answer = try await TestServer.run { try await $0.ask("HEAD /public") }
    #expect(answer.status == 200)
    #expect(answer.field("Content-Length") == "2")
    #expect(answer.body.isEmpty)
}

@Test(
    arguments: [
        ("GET /nowhere", [], 404, #"{"code":5,"details":[],"message":"No such path."}"#),
        ("DELETE /open", [], 405, #"{"code":12,"details":[],"message":"This path does not know this method."}"#),
        ("GET /conflict", [], 409, #"{"code":6,"details":[],"message":"It exists."}"#),
        (
            "GET /who", [], 401,
            #"{"code":16,"details":[],"message":"No valid credential: send 'Authorization: APIToken <token>' or 'Bearer <token>'."}"#
        ),
        ("GET /who", ["Authorization: APIToken wrong"], 401, nil),
        ("GET /who", ["Authorization: APIToken admin", "Authorization: APIToken admin"], 401, nil),
        ("GET /who", ["Authorization: APIToken admin"], 200, #"{"name":"admin"}"#),
        (
            "GET /who", ["Authorization: APIToken unavailable"], 503,
            #"{"code":14,"details":[],"message":"The store does not answer."}"#
        ),
        ("GET /open", ["Authorization: APIToken wrong"], 200, nil),  // nobody asks who it is
        ("GET /ns/default/x", ["Authorization: APIToken admin"], 200, #"{"name":"x"}"#),
        (
            "GET /ns/default/x", ["Authorization: APIToken nobody"], 404,
            #"{"code":5,"details":[],"message":"No such namespace."}"#
        ),
        (
            "GET /ns/missing/x", ["Authorization: APIToken admin"], 404,
            #"{"code":5,"details":[],"message":"No such namespace."}"#
        ),
        (
            "GET /ns/NOT-A-NAME/x", ["Authorization: APIToken admin"], 404,
            #"{"code":5,"details":[],"message":"No such namespace."}"#
        ),
        (
            "GET /ns/system/x", ["Authorization: APIToken admin"], 403,
            #"{"code":7,"details":[],"message":"Not permitted for this credential."}"#
        ),
        ("GET /scim", ["Authorization: APIToken scim"], 200, #"{"name":"scim"}"#),
        ("GET /scim", [], 401, nil),
        (
            "POST /directory/Users", [], 401,
            #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"401","detail":"No valid credential: send 'Authorization: APIToken <token>' or 'Bearer <token>'."}"#
        ),
        (
            "GET /directory/Users", [], 405,
            #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"405","detail":"This path does not know this method."}"#
        ),
        (
            "GET /directory/Printers", [], 404,
            #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"No such path."}"#
        ),
        (
            "GET /directory", [], 404,
            #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"No such path."}"#
        ),
        ("GET /who", ["Authorization: APIToken scim"], 401, nil),  // it opens nothing else
        ("GET /open", ["Origin: https://evil.example"], 403, nil),
        ("GET /open", ["Origin: https://id.example"], 200, nil),
        ("GET /public", ["Origin: https://evil.example"], 200, nil),
        ("POST /form", ["Origin: https://idp.example"], 200, nil),
        ("POST /form", ["Origin: null"], 200, nil),
        ("POST /echo", ["Origin: null"], 403, nil),
        (
            "POST /oauth/token", [], 401,
            #"{"error":"invalid_client","error_description":"No valid credential: send 'Authorization: APIToken <token>' or 'Bearer <token>'."}"#
        ),
        (
            "GET /oauth/token", [], 405,
            #"{"error":"invalid_request","error_description":"This path does not know this method."}"#
        ),
    ] as [(String, [String], Int, String?)])
func answers(line: String, fields: [String], status: Int, body: String?) async throws {
    let answer = try await TestServer.run { try await $0.ask(line, fields: fields) }
    #expect(answer.status == status, "\(answer)")
    if let body { #expect(answer.body == body) }
    switch status {
    case 401: #expect(answer.field("WWW-Authenticate") == "Bearer")
    case 405: #expect(answer.field("Allow") != nil)
    case 503: #expect(answer.field("Retry-After") == "2")
    default: break
    }
}

@Test func foreignHosts() async throws {
    try await TestServer.run { server in
        for line in ["GET /open", "GET /public", "GET /livez", "GET /readyz", "GET /nowhere", "GET //"] {
            let answer = try await server.ask(line, host: "evil.example")
            #expect(answer.status == 421, "\(line)")
        }
    }
}

@Test func optionsTellsMethodsAndAllowsNoOrigin() async throws {
    let answer = try await TestServer.run { try await $0.ask("OPTIONS /echo") }
    #expect(answer.status == 204)
    #expect(answer.field("Allow") == "OPTIONS, POST")
    #expect(answer.field("Content-Length") == nil)
    #expect(!answer.lowercased().contains("access-control"))
}

@Test func aSurpriseTellsTheClientAnIdAndTheLogTheCause() async throws {
    let (api, oauth, log) = try await TestServer.run { server in
        let api = try await server.ask("GET /fails")
        let oauth = try await server.ask("POST /oauth/fails")
        return (api, oauth, server.log)
    }
    let id = try #require(api.field("X-Request-Id"))
    #expect(api.status == 500)
    #expect(api.body == #"{"code":13,"details":[],"message":"internal error, request id \#(id)"}"#)
    #expect(oauth.status == 500)
    #expect(oauth.body.hasPrefix(#"{"error":"server_error","error_description":"internal error, request id "#))
    let lines = log.close().split(separator: "\n").filter {
        $0.contains("\"event\":\"request failed\"") && $0.contains(id)
    }
    #expect(lines.count == 1)
    let line = try #require(lines.first)
    #expect(line.contains("Surprise(secret: \\\"redacted\\\")"), "\(line)")
    #expect(line.contains("\"route\":\"/fails\""))
}

@Test(
    arguments: [
        ([.ok], "GET /readyz", 200, "ok\n"),
        ([.ok, .degraded], "GET /readyz", 200, "ok\n"),
        ([.degraded, .failed], "GET /readyz", 503, "not ready\n"),
        ([.failed], "GET /startupz", 503, "not ready\n"),
        ([.failed], "GET /livez", 200, "ok\n"),
        (
            [.failed], "GET /readyz?verbose", 503,
            #"{"status":"failed","components":[{"name":"c0","status":"failed","detail":"why"}]}"#
        ),
    ] as [([HealthReport.Status], String, Int, String)])
func health(statuses: [HealthReport.Status], line: String, status: Int, body: String) async throws {
    let report = HealthReport(statuses.enumerated().map { .init("c\($0.offset)", $0.element, detail: "why") })
    let answer = try await TestServer.run(health: FixedHealth(report: report)) { try await $0.ask(line) }
    #expect(answer.status == status)
    #expect(answer.body == body)
}

@Test func accessLogNamesWhoAndWhatAndNoSecret() async throws {
    let canary = "gth_at_CANARYcanary0123456789CANARYcanary"
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
    let log = try await TestServer.run { server in
        _ = try await server.ask(
            "GET /who?token=\(canary)",
            fields: ["Authorization: APIToken admin", "Cookie: session=\(canary)", "X-Request-Id: mine"])
        _ = try await server.ask("GET /ns/default/\(canary)", fields: ["Authorization: Bearer \(canary)"])
        _ = try await server.ask("POST /echo", body: "token=\(canary)")
        _ = try await server.ask("GET /nowhere/\(jwt)/\(canary)")
        _ = try await server.ask("GET /open", fields: ["X-Request-Id: \(jwt)"])
        _ = try await server.ask("GET /livez")
        return server.log
    }
    let text = log.close()
    let lines = text.split(separator: "\n")
    #expect(lines.count == 5, "a line for every request but /livez")
    #expect(!text.contains("CANARY"))
    #expect(!text.contains("eyJ"))
    let first = try #require(lines.first)
    #expect(first.hasPrefix(#"{"time":"1994-11-06T08:49:37.000Z","level":"info","event":"request","request_id":""#))
    #expect(
        first.contains(
            #""client_request_id":"mine","method":"GET","route":"/who","path":"/who","status":200,"duration_us":"#))
    #expect(first.hasSuffix(#""remote":"127.0.0.1","principal_id":"usr_test","credential_id":"cred_test"}"#))
}

@Test func aProxysCertificateFieldIsBelievedOrRefused() async throws {
    let line = "GET /who"
    let base64 = try Fixture.text("TEST-ONLY-client.pem").split(separator: "\n").dropFirst().dropLast().joined()
    let trusting: @Sendable (inout ServerConfiguration) -> Void = {
        $0.trustedProxies = ["127.0.0.1"]
        $0.clientCertificateHeader = "X-Client-Cert"
    }
    try await TestServer.run(configure: trusting) { server in
        let good = try await server.ask(line, fields: ["X-Client-Cert: \(base64)"])
        #expect(good.body.hasPrefix(#"{"name":"certificate of "#), "\(good)")
        let bad = try await server.ask(line, fields: ["X-Client-Cert: nonsense"])
        #expect(bad.status == 400)
        #expect(
            bad.body
                == #"{"code":3,"details":[],"message":"The proxy's client certificate field holds no certificate."}"#)
    }
    try await TestServer.run(configure: { $0.clientCertificateHeader = "X-Client-Cert" }) { server in
        let stranger = try await server.ask(line, fields: ["X-Client-Cert: \(base64)"])
        #expect(stranger.status == 401)
    }
}

@Test func behindATrustedProxy() async throws {
    try await TestServer.run(configure: { $0.trustedProxies = ["127.0.0.1"] }) { server in
        let answer = try await server.ask(
            "GET /open", fields: ["X-Forwarded-For: 203.0.113.5", "X-Forwarded-Proto: https"])
        #expect(answer.body.contains(#""remote":"203.0.113.5""#))
        #expect(answer.field("Strict-Transport-Security") == "max-age=31536000")
    }
}
