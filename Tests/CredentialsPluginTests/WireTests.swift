import AccessPolicy
import Broker
import CredentialsPlugin
import GatehouseTesting
import HTTPTypes
import Identifiers
import ServerPlugin
import StrictJSON
import Testing

/// The wire rules of the contract on the operations that are here (contract README §2).
@Suite struct WireTests {
    private static let collection = "/api/web/namespaces/{namespace}/api_credentials"

    private func call(
        _ world: TestWorld, _ method: HTTPRequest.Method, _ template: String, body: String = "", name: String? = nil,
        caller: Caller? = nil
    ) async throws -> (status: Int, body: JSONValue) {
        let plugin = CredentialsPlugin(broker: world.broker).plugin
        let route = try #require(plugin.routes.first { $0.method == method && $0.path.description == template })
        var parameters: [Key: String] = [Key("namespace"): "system"]
        if let name { parameters[Key("name")] = name }
        let request = Request(
            method: method, path: template, body: Array(body.utf8), parameters: parameters,
            caller: try caller ?? world.administrator(), id: "test", remoteAddress: "127.0.0.1")
        do {
            let response = try await route.handler(request)
            return (response.status.code, try JSONValue.parse(response.body))
        } catch let error as APIError {
            return (error.code.status.code, error.body)
        }
    }

    @Test(arguments: [
        (#"{"name":"a","spec":{"type":"API_TOKEN"}}"#, "snake_case"),
        (#"{"name":"a","expirationDays":5,"spec":{"type":"API_TOKEN"}}"#, "lowerCamelCase"),
        (#"{"name":"a","expiration_days":"5","spec":{"type":"API_TOKEN"}}"#, "an integer as text"),
        (#"{"name":"a","expiration_days":5.0,"spec":{"type":2}}"#, "an enum as number"),
        (
            #"{"name":"a","expiration_days":"","spec":{"type":"API_TOKEN","password":"","virtual_k8s_name":""}}"#,
            "empty is unset"
        ),
        (
            #"{"name":"a","expiration_timestamp":"2021","namespace":"other","spec":{"type":"API_TOKEN"},"x":[{}]}"#,
            "unknown members"
        ),
        (#"{"name":"a","expiration_days":null,"spec":{"type":"API_TOKEN"}}"#, "null is absent"),
    ])
    func accepts(_ body: String, _ what: String) async throws {
        let world = try await TestWorld()
        let answer = try await call(world, .post, Self.collection, body: body)
        #expect(answer.status == 200, "\(what): \(answer.body.encodedText())")
        #expect(answer.body.objectValue?.names == ["active", "data", "expiration_timestamp", "name"])
        #expect(answer.body["active"] == true)
        let expiry = try #require(answer.body["expiration_timestamp"]?.stringValue)
        #expect(
            expiry.utf8.count == 24 && expiry.hasSuffix("Z") && expiry.contains("."),
            "a fraction of three digits, always")
    }

    @Test(arguments: [
        ("", "Field name is required."),
        ("{}", "Field name is required."),
        ("[]", "The body is not a JSON object"),
        ("{", "The body is not a JSON object"),
        (#"{"name":"a","name":"b","spec":{}}"#, "The body is not a JSON object"),
        (#"{"name":"a"}"#, "Field spec is required."),
        (#"{"name":5,"spec":{}}"#, "Field name must be a string, not a number."),
        (#"{"name":"a","spec":[]}"#, "Field spec must be an object, not an array."),
        (#"{"name":"a","spec":{"type":"API"}}"#, "Field spec.type must be one of API_CERTIFICATE, "),
        (#"{"name":"a","spec":{"type":9}}"#, "Field spec.type must be 0 to 8 or a name."),
        (#"{"name":"a","spec":{"type":-1}}"#, "Field spec.type must be 0 to 8 or a name."),
        (#"{"name":"a","spec":{"type":true}}"#, "Field spec.type must be a name, not a boolean."),
        (#"{"name":"a","spec":{"type":"API_TOKEN"},"expiration_days":91}"#, "Field expiration_days must be 1 to 90"),
        (#"{"name":"a","spec":{"type":"API_TOKEN"},"expiration_days":-1}"#, "Field expiration_days must be 1 to 90"),
        (
            #"{"name":"a","spec":{"type":"API_TOKEN"},"expiration_days":"+5"}"#,
            "Field expiration_days must be a whole number"
        ),
        (
            #"{"name":"a","spec":{"type":"API_TOKEN"},"expiration_days":1e999}"#,
            "Field expiration_days must be a whole number"
        ),
        (
            #"{"name":"a","spec":{"type":"API_TOKEN"},"expiration_days":18446744073709551615}"#,
            "Field expiration_days must be a whole number"
        ),
        (#"{"name":"a","spec":{"type":"API_TOKEN"},"expiration_days":true}"#, "Field expiration_days must be a number"),
        (
            #"{"name":"a","expiration_days":1,"expirationDays":1,"spec":{"type":"API_TOKEN"}}"#,
            "Field expiration_days is given twice"
        ),
        (#"{"name":"a/b","spec":{"type":"API_TOKEN"}}"#, "Field name must be 1 to 128 of"),
    ])
    func refuses(_ body: String, _ message: String) async throws {
        let world = try await TestWorld()
        let answer = try await call(world, .post, Self.collection, body: body)
        #expect(answer.status == 400)
        #expect(answer.body.objectValue?.names == ["code", "details", "message"])
        #expect(answer.body["code"] == 3)
        #expect(answer.body["message"]?.stringValue?.hasPrefix(message) == true, "\(answer.body.encodedText())")
        #expect(world.broker.index.credentialCount == 1, "nothing written")
    }

    @Test func answersHaveEveryField() async throws {
        let world = try await TestWorld()
        let created = try await call(world, .post, Self.collection, body: #"{"name":"a","spec":{"type":"API_TOKEN"}}"#)
        let name = try #require(created.body["name"]?.stringValue)
        let list = try await call(world, .get, Self.collection)
        let item = try #require(list.body["items"]?.arrayValue?.last?.objectValue)
        #expect(
            item.names == [
                "active", "create_timestamp", "expiry_timestamp", "name", "namespace", "type", "uid", "user_email",
            ])
        let got = try await call(world, .get, Self.collection + "/{name}", name: name)
        let object = try #require(got.body["object"]?.objectValue)
        #expect(object.names == ["metadata", "spec", "system_metadata"])
        #expect(object["system_metadata"]?["revision"] == "1", "64-bit integers are texts")
        #expect(object["spec"]?["gc_spec"]?["users"]?.arrayValue?.count == 1)
        let secret = try #require(created.body["data"]?.stringValue)
        #expect(!got.body.encodedText().contains(secret) && !list.body.encodedText().contains(secret), "shown once")
        let gone = try await call(world, .get, Self.collection + "/{name}", name: "nobody")
        #expect(gone.status == 404 && gone.body["code"] == 5)
    }

    @Test func aStoreThatCannotCommitIs503() async throws {
        let world = try await TestWorld()
        world.store.failCommits = .unavailable("disk full")
        let answer = try await call(world, .post, Self.collection, body: #"{"name":"a","spec":{"type":"API_TOKEN"}}"#)
        #expect(answer.status == 503 && answer.body["code"] == 14)
        #expect(answer.body["message"]?.stringValue?.contains("disk full") == false, "the cause is for the log")
    }
}
