import AccessPolicy
import Broker
import GatehouseTesting
import GatewayPlugin
import HTTPTypes
import Identifiers
import Secrets
import ServerPlugin
import StrictJSON
import Testing

/// What a proxy is told of a request.
@Suite struct GatewayTests {
    /// Alice holds `developer` and `deployer` in `payments`, and `developer` in `other`.
    private struct Gateway {
        let world: TestWorld
        let session: Secret

        init() async throws {
            func policy(_ namespace: String, _ roles: [String]) -> PolicyText {
                PolicyText(
                    name: namespace, provider: "idp", when: #"claims.sub == "alice""#, namespace: namespace,
                    roles: roles, types: [.session])
            }
            let provider = try TestProvider(web: TestWeb())
            world = try await TestWorld(
                policies: [policy("payments", ["developer", "deployer"]), policy("other", ["developer"])],
                web: provider.web, signIn: [try provider.definition()])
            var open = SignUpPolicy()
            open.mode = .open
            open.verification = .provider
            try await world.broker.changeSignUpPolicy(
                to: open, by: try world.administrator(), context: TestWorld.context)
            session = try await world.signIn("alice", through: provider).token
        }

        /// `cookie`: of whoever asks; by default alice's.
        func check(
            _ query: String?, _ headers: HTTPFields = [:], cookie: String? = nil
        ) async -> (
            status: Int, headers: HTTPFields, text: String
        ) {
            var headers = headers
            headers[.cookie] = cookie ?? "\(world.broker.sessionCookieName)=\(session.revealText())"
            let routes = RouteCatalog(GatewayPlugin(broker: world.broker).plugin.routes)
            guard let (route, _) = routes.find(method: "GET", path: "/gateway/check") else { return (0, [:], "") }
            do {
                let response = try await route.handler(
                    Request(
                        method: .get, path: "/gateway/check", query: query, headers: headers, id: "req-1",
                        remoteAddress: "192.0.2.1"))
                return (response.status.code, response.headers, String(decoding: response.body, as: UTF8.self))
            } catch let error as APIError {
                return (error.code.status.code, [:], error.message)
            } catch { return (0, [:], "\(error)") }
        }
    }

    @Test(
        arguments: [
            (nil, 200), ("", 200), ("namespace=payments", 200), ("namespace=other", 200), ("namespace=third", 403),
            ("namespace=payments&role=developer", 200), ("namespace=payments&role=admin", 403),
            ("namespace=payments&role=admin,deployer", 200), ("namespace=payments&role=admin,%20deployer", 200),
            // All that is said must hold.
            ("namespace=payments&namespace=other", 200), ("namespace=payments&namespace=third", 403),
            ("namespace=third&namespace=payments", 403),
            ("namespace=payments&role=developer&role=deployer", 200),
            ("namespace=payments&role=developer&role=admin", 403),
            ("namespace=payments&role=admin&role=developer", 403),
            ("namespace=payments&namespace=other&role=developer", 200),
            ("namespace=payments&namespace=other&role=deployer", 403),
            // What cannot be understood would require nothing.
            ("namespaces=payments", 400), ("Namespace=payments", 400), ("namespace=payments&roles=developer", 400),
            ("namespace=", 400), ("namespace", 400), ("namespace=payments&role=", 400),
            ("namespace=payments&role=developer,", 400), ("namespace=payments&role=,developer", 400),
            ("namespace=payments&namespace=", 400), ("role=developer", 400), ("namespace=a%20b", 400),
            ("namespace=%zz", 400), ("namespace=payments&=x", 400), ("x=1", 400),
        ] as [(String?, Int)])
    func requirements(_ query: String?, _ status: Int) async throws {
        let gateway = try await Gateway()
        let answer = await gateway.check(query)
        #expect(answer.status == status, "\(answer.text)")
        if status == 400 { #expect(answer.text.hasPrefix("The gateway's requirement cannot be read: ")) }
        // Nobody who is not signed in learns more.
        #expect(await gateway.check(query, cookie: "").status == (status == 400 ? 400 : 401))
    }

    /// What a client sends itself can only ask for more.
    @Test(
        arguments: [
            ([("Namespace", "payments")], 200), ([("Namespace", "third")], 403),
            ([("Namespace", "payments"), ("Namespace", "third")], 403), ([("Role", "developer")], 200),
            ([("Role", "admin")], 403), ([("Role", "")], 400), ([("Roles", "developer")], 400),
            ([("Namespace", "payments, third")], 400),
        ] as [([(String, String)], Int)])
    func fields(_ fields: [(String, String)], _ status: Int) async throws {
        var headers = HTTPFields()
        for (name, value) in fields {
            let field = try #require(HTTPField.Name("X-Gatehouse-Require-" + name))
            headers.append(HTTPField(name: field, value: value))
        }
        #expect(try await Gateway().check("namespace=other", headers).status == status)
    }

    @Test func whoPassesIsNamed() async throws {
        let answer = try await Gateway().check("namespace=payments")
        func field(_ name: String) -> String? { HTTPField.Name("X-Gatehouse-" + name).flatMap { answer.headers[$0] } }
        #expect(field("Email") == "alice@example.com" && field("Kind") == "USER")
        #expect(field("Roles") == "deployer,developer")
        #expect(field("Namespaces") == "other=developer payments=deployer,developer")
        #expect(field("User")?.hasPrefix("usr_") ?? false)
        #expect(answer.headers[.cacheControl] == "no-store")
    }

    /// Where to sign in, and back to what was asked for: never to another site.
    @Test(
        arguments: [
            ("X-Original-URI", "/a?b=1", "/a?b=1"), ("X-Forwarded-Uri", "/a", "/a"),
            ("X-Original-URL", "https://site.example/a?b", "/a?b"), ("X-Original-URL", "/a", nil),
            ("X-Original-URI", "//evil.example/", nil), ("X-Original-URI", "https://evil.example/", nil),
            ("X-Original-URL", "https://site.example//evil.example", nil), ("X-Original-URI", "/a/../b", nil),
        ] as [(String, String, String?)])
    func whoIsNotSignedIn(_ name: String, _ value: String, _ target: String?) async throws {
        var headers = HTTPFields()
        headers[try #require(HTTPField.Name(name))] = value
        let answer = try await Gateway().check("namespace=payments", headers, cookie: "x=y")
        #expect(answer.status == 401 && answer.headers[.wwwAuthenticate] == "Bearer")
        let signIn = HTTPField.Name("X-Gatehouse-Sign-In").flatMap { answer.headers[$0] }
        let query = target.map { "?return_to=" + TestWorld.percentEncoded($0) } ?? ""
        #expect(signIn == TestWorld.publicURL + "/sign-in" + query)
        let user = try #require(HTTPField.Name("X-Gatehouse-User"))
        #expect(answer.headers[user] == nil)
    }

    /// A token of the API passes as its owner, and a wrong one is not made good by a session.
    @Test func tokens() async throws {
        let gateway = try await Gateway()
        let token = gateway.world.administratorToken.revealText()
        #expect(await gateway.check("namespace=system&role=admin", [.authorization: "Bearer " + token]).status == 200)
        #expect(await gateway.check("namespace=system&role=admin").status == 403)
        for wrong in ["Bearer x", "Basic eDp5", ""] {
            #expect(await gateway.check(nil, [.authorization: wrong]).status == 401, "\(wrong)")
        }
    }
}
