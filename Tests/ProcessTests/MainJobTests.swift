import Foundation
import Testing

/// The main job against the real binary: exchange, use, revoke, refused; also after kill -9.
@Suite(.serialized) struct MainJobTests {
    @Test func revokedIsRefusedEverywhereAlsoAfterKill() async throws {
        let server = try ServerProcess()
        try await server.start()
        let subject = try await server.subjectToken()
        let administrator = "Authorization: APIToken \(try server.administratorToken)"
        var tokens: [String] = []
        for kind in ["", ServerProcess.apiToken] {
            let issued = try await server.exchange(subject, kind)
            #expect(issued.status == 200, "\(issued.body)")
            let token = try #require(issued.json["access_token"] as? String)
            let used = try await server.request(
                "GET", "/demo/payments/whoami", headers: ["Authorization: Bearer \(token)"])
            #expect(used.status == 200, "\(used.body)")
            #expect(used.json["roles"] as? [String] == ["deployer"])
            let foreign = try await server.request(
                "GET", "/demo/default/whoami", headers: ["Authorization: Bearer \(token)"])
            #expect(foreign.status == 404, "a namespace without a role is not there")
            tokens.append(token)
        }
        for token in tokens {
            #expect(try await server.request("POST", "/oauth/revoke", body: "token=\(token)").status == 200)
        }
        // Once as it runs, once after it died without a word.
        for round in 0..<2 {
            for token in tokens {
                let bearer = "Authorization: Bearer \(token)"
                #expect(try await server.request("GET", "/demo/payments/whoami", headers: [bearer]).status == 401)
                let asked = try await server.request(
                    "POST", "/oauth/introspect", headers: [administrator], body: "token=\(token)")
                #expect(asked.json["active"] as? Bool == false, "\(asked.body)")
                let exchanged = try await server.request(
                    "POST", "/oauth/token",
                    body: "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=\(token)"
                        + "&subject_token_type=urn:ietf:params:oauth:token-type:access_token")
                #expect(exchanged.status == 400)
                #expect(exchanged.json["error"] as? String == "invalid_request")
            }
            if round == 0 {
                server.kill()
                try await server.start()
            }
        }
        #expect(
            try await server.request("GET", "/api/web/namespaces/system/api_credentials", headers: [administrator])
                .status == 200)
        #expect(server.stop() == 0)
        let audit = try await run([
            "audit", "verify", "--database", "sqlite:" + server.state.appending(path: "gatehouse.db").path(),
        ])
        #expect(audit.code == 0, "\(audit.output)\(audit.errors)")
    }

    @Test func theCredentialAPIKeepsItsPromises() async throws {
        let server = try ServerProcess()
        try await server.start()
        let administrator = "Authorization: APIToken \(try server.administratorToken)"
        let base = "/api/web/namespaces/system"
        let created = try await server.request(
            "POST", base + "/api_credentials", headers: [administrator],
            body: #"{"name":"ci","expirationDays":"5","spec":{"type":"API_TOKEN"},"unknown":1}"#)
        #expect(created.status == 200, "\(created.body)")
        let name = try #require(created.json["name"] as? String)
        let secret = try #require(created.json["data"] as? String)
        #expect(Set(created.json.keys) == ["active", "data", "expiration_timestamp", "name"])
        let mine = "Authorization: APIToken \(secret)"
        let got = try await server.request("GET", base + "/api_credentials/\(name)", headers: [mine])
        #expect(got.status == 200)
        #expect(!got.body.contains(secret))
        let listed = try await server.request(
            "GET", base + "/api_credentials?report_fields&page_start=x", headers: [mine])
        #expect((listed.json["items"] as? [Any])?.count == 2)
        let revoked = try await server.request(
            "POST", base + "/revoke/api_credentials", headers: [mine], body: #"{"name":"\#(name)"}"#)
        #expect(revoked.body == #"{"status":true}"#, "with the credential it calls with")
        let refused = try await server.request("GET", base + "/api_credentials", headers: [mine])
        #expect(refused.status == 401)
        #expect(refused.body.hasPrefix(#"{"code":16,"details":[],"message":"#))
        for (body, code) in [
            (#"{"name":"x"}"#, 3), (#"{"name":"x","spec":{"type":"NONSENSE"}}"#, 3),
            (#"{"name":"x","name":"y","spec":{}}"#, 3),
            (#"{"name":"x","expiration_days":91,"spec":{"type":"API_TOKEN"}}"#, 3), ("[]", 3), ("{", 3),
            (#"{"name":"x","expiration_days":1e99,"spec":{"type":2}}"#, 3),
        ] {
            let answer = try await server.request(
                "POST", base + "/api_credentials", headers: [administrator], body: body)
            #expect(answer.status == 400 && answer.json["code"] as? Int == code, "\(body): \(answer.body)")
        }
        let elsewhere = try await server.request(
            "GET", "/api/web/namespaces/nowhere/api_credentials", headers: [administrator])
        #expect(elsewhere.status == 404 && elsewhere.json["code"] as? Int == 5)
    }

    @Test func refusalsSayWhatTheRFCsSay() async throws {
        let server = try ServerProcess()
        try await server.start()
        let good = try await server.subjectToken()
        let dev = try await server.subjectToken(#"{"ref":"refs/heads/dev"}"#)
        let rows: [(String, String, Int, String)] = [
            (
                "no policy", "subject_token=\(dev)&subject_token_type=urn:ietf:params:oauth:token-type:jwt", 400,
                "invalid_target"
            ),
            (
                "audience not listed",
                "subject_token=\(good)&subject_token_type=urn:ietf:params:oauth:token-type:jwt&audience=https://x.example",
                400, "invalid_target"
            ),
            (
                "scope not granted",
                "subject_token=\(good)&subject_token_type=urn:ietf:params:oauth:token-type:jwt&scope=role:admin", 400,
                "invalid_scope"
            ),
            (
                "garbage", "subject_token=a.b.c&subject_token_type=urn:ietf:params:oauth:token-type:jwt", 400,
                "invalid_request"
            ),
            ("type missing", "subject_token=\(good)", 400, "invalid_request"),
            (
                "parameter twice",
                "subject_token=\(good)&subject_token=\(good)&subject_token_type=urn:ietf:params:oauth:token-type:jwt",
                400, "invalid_request"
            ),
        ]
        for (what, form, status, error) in rows {
            let answer = try await server.request(
                "POST", "/oauth/token", body: "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&" + form)
            #expect(answer.status == status && answer.json["error"] as? String == error, "\(what): \(answer.body)")
        }
        let grant = try await server.request("POST", "/oauth/token", body: "grant_type=password&username=a&password=b")
        #expect(grant.json["error"] as? String == "unsupported_grant_type")
        let json = try await server.request(
            "POST", "/oauth/token", headers: ["Content-Type: application/json"], body: "{}")
        #expect(json.status == 400 && json.json["error"] as? String == "invalid_request")
        let anonymous = try await server.request("POST", "/oauth/introspect", body: "token=\(good)")
        #expect(anonymous.status == 401)
    }
}
