import Broker
import GatehouseTesting
import HTTPTypes
import Identifiers
import ServerPlugin
import StrictJSON
import Testing

/// The published contract, operation by operation: fixtures/openapi has the file as it is.
@Suite struct ContractTests {
    private static let contract = Contract.authentication

    @Test func everyOperationHasARoute() async throws {
        let api = try await API.make()
        #expect(Self.contract.operations.count == 18)
        let routed = Set(api.routes.map { "\($0.method) \($0.path.description)" })
        for operation in Self.contract.operations {
            #expect(routed.contains("\(operation.method) \(operation.path)"), "\(operation.testDescription)")
        }
    }

    /// Each operation does its job once, and its answer has every field of the schema and no other, at every depth.
    @Test func everyOperationAnswersAsTheSchemaSays() async throws {
        let api = try await API.make()
        var done: Set<String> = []
        func run(
            _ method: HTTPRequest.Method, _ template: String, _ body: String = "", name: String = ""
        ) async throws -> API.Answer {
            let path = template.replacing("{namespace}", with: "system").replacing("{name}", with: name)
            let answer = try await api.call(method, path, body)
            #expect(answer.status == 200, "\(method) \(path): \(answer.body.encodedText())")
            let operation = try #require(Self.contract.operation(method, template))
            try Self.contract.check(answer.body, against: operation)
            done.insert(operation.testDescription)
            return answer
        }
        let namespaces = "/api/web/namespaces/{namespace}/"
        for (family, create) in [
            ("api_credentials", #"{"name":"a","spec":{"type":"API_TOKEN"}}"#),
            (
                "service_credentials",
                #"{"name":"s","type":"SERVICE_API_TOKEN","namespace_roles":[{"namespace":"default","role":"ves-io-monitor-role"}]}"#
            ),
        ] {
            let first = try await run(.post, namespaces + family, create).name
            let second = try await run(.post, namespaces + family, create).name
            _ = try await run(.get, namespaces + family)
            _ = try await run(.get, namespaces + family + "/{name}", name: first)
            _ = try await run(.post, namespaces + "activate/" + family, #"{"name":"\#(first)"}"#)
            _ = try await run(.post, namespaces + "activate/" + family, #"{"name":"\#(first)"}"#)
            _ = try await run(.post, namespaces + "renew/" + family, #"{"name":"\#(first)","expiration_days":3}"#)
            if family == "service_credentials" {
                _ = try await run(
                    .put, namespaces + family + "/{name}",
                    #"{"namespace_access":{"namespace_role_map":{"default":{"names":["ves-io-power-developer-role"]}}}}"#,
                    name: first)
            }
            _ = try await run(.post, namespaces + "revoke/" + family, #"{"name":"\#(first)"}"#)
            _ = try await run(
                .post, "/api/web/namespaces/system/bulk_revoke/" + family,
                #"{"name_selector":{"names":["\#(second)"]}}"#)
        }
        _ = try await api.enableScim()
        _ = try await run(.post, namespaces + "scim_token", "{}")
        _ = try await run(.get, namespaces + "scim_token")
        _ = try await run(.post, namespaces + "revoke/scim_token", "{}")
        #expect(done == Set(Self.contract.operations.map(\.testDescription)), "18 of 18")
    }
}

extension API {
    func enableScim(_ isOn: Bool = true) async throws -> Answer {
        try await call(
            .put, "/api/web/custom/namespaces/system/oidc_providers/ci/scim", #"{"scim_enabled":\#(isOn)}"#)
    }
}
