import ArgumentParser
@testable import GatehouseClient
import HTTPFetch
import Secrets
import StrictJSON
import Testing

@testable import GatehouseKit

@Suite struct CommandsProviderTests {
    private let options = ["--spec", "spec.json"]

    @Test func theSecretGoesIntoTheSpecAndNotIntoTheCurlCommand() throws {
        let content = try ProviderCreateCommand.parse(options).content
        let secret = try #require(try content.secret(["GATEHOUSE_CLIENT_SECRET": "hidden"]))
        for file in [
            #"{"oidc_v10_spec_type":{"client_id":"a"}}"#, #"{"spec":{"oidc_v10_spec_type":{"client_id":"a"}}}"#,
        ] {
            let request = ClientRequest(.POST, "/p", body: try content.body(Array(file.utf8), secret))
            #expect(
                String(decoding: request.encodedBody, as: UTF8.self)
                    == #"{"namespace":"system","spec":{"oidc_v10_spec_type":{"client_id":"a","client_secret":"hidden"}}}"#
            )
            let curl = CurlCommand(request, server: try ServerAddress("http://127.0.0.1:8080"), sendsCredential: true)
            #expect(!curl.description.contains("hidden"))
            #expect(curl.description.contains("$GATEHOUSE_CLIENT_SECRET"))
        }
    }

    @Test func whatCannotBeSent() throws {
        let content = try ProviderCreateCommand.parse(options).content
        #expect(throws: CommandFailure.self) { _ = try content.body(Array("[]".utf8), nil) }
        let secret = try content.secret(["GATEHOUSE_CLIENT_SECRET": "hidden"])
        #expect(throws: CommandFailure.self) { _ = try content.body(Array("{}".utf8), secret) }
        #expect(try content.secret([:])?.source == nil)
        #expect(throws: CommandFailure.self) { _ = try ProviderDeleteCommand.parse([".."]).request() }
    }

    @Test func oneLineForEachProvider() throws {
        let (text, names) = ProviderPlace.table([
            ["name": "ci", "kind": "workload", "provider_type": "DEFAULT", "origin": "api", "in_force": true]
        ])
        #expect(names == ["ci"])
        #expect(text == "NAME   KIND       TYPE      ORIGIN   STATE\nci     workload   DEFAULT   api      in force\n")
    }
}
