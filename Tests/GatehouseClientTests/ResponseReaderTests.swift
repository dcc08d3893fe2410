import HTTPFetch
import HTTPTypes
import Secrets
import StrictJSON
import Testing

@testable import GatehouseClient

@Suite struct ResponseReaderTests {
    private func read(
        _ status: Int, _ body: String, _ headers: HTTPFields = [:], hadCredential: Bool = true
    ) throws(ClientFailure) -> ClientResponse {
        try ResponseReader.read(
            FetchResponse(status: status, headers: headers, body: Array(body.utf8)), hadCredential: hadCredential)
    }

    @Test func anAnswerKeepsItsBytes() throws {
        var headers = HTTPFields()
        headers[try #require(HTTPField.Name("X-Request-Id"))] = "abc"
        let body = #"{ "b" : 1, "a" : 2 }"#
        let response = try read(200, body, headers)
        #expect(response.body == Array(body.utf8))
        #expect(response.json?["a"] == 2)
        #expect(response.requestID == "abc")
        #expect(try read(200, "").json == nil)
    }

    @Test func whatTheServerSaysOfTheCredential() throws {
        var headers = HTTPFields()
        headers[try #require(HTTPField.Name("X-Gatehouse-Credential-Expires"))] = "2026-11-24T01:02:03.004Z"
        headers[try #require(HTTPField.Name("x-gatehouse-credential-retires"))] = "2026-11-25T01:02:03.004Z"
        let response = try read(200, "{}", headers)
        #expect(response.credentialExpires == "2026-11-24T01:02:03.004Z")
        #expect(response.credentialRetires == "2026-11-25T01:02:03.004Z")
        #expect(try read(200, "{}").credentialExpires == nil)
    }

    @Test(
        arguments: [
            (
                400, #"{"code":3,"details":[],"message":"m"}"#,
                ClientFailure.refused(.init(status: 400, code: "3", message: "m", requestID: nil))
            ),
            (
                403, #"{"code":7,"details":[],"message":"m"}"#,
                .refused(.init(status: 403, code: "7", message: "m", requestID: nil))
            ),
            (404, #"{"code":5,"message":"m"}"#, .refused(.init(status: 404, code: "5", message: "m", requestID: nil))),
            (
                400, #"{"error":"invalid_target","error_description":"d","code":"policy.no_match","request_id":"r"}"#,
                .refused(.init(status: 400, code: "policy.no_match", message: "d", requestID: nil))
            ),
            (
                400, #"{"error":"invalid_scope"}"#,
                .refused(.init(status: 400, code: "invalid_scope", message: "HTTP status 400", requestID: nil))
            ),
            (
                401, #"{"code":16,"message":"m"}"#,
                .notSignedIn(.init(status: 401, code: "16", message: "m", requestID: nil), hadCredential: true)
            ),
            (
                401, "<html>",
                .notSignedIn(
                    .init(status: 401, code: "401", message: "HTTP status 401", requestID: nil), hadCredential: true)
            ),
            (
                503, #"{"code":14,"message":"m"}"#,
                .unavailable(.init(status: 503, code: "14", message: "m", requestID: nil), retryAfter: nil)
            ),
            (
                502, "<html>",
                .unavailable(
                    .init(status: 502, code: "502", message: "HTTP status 502", requestID: nil), retryAfter: nil)
            ),
            (200, "<html>", .notUnderstood(status: 200)),
            (200, #"{"a":1,"a":2}"#, .notUnderstood(status: 200)),
            (404, "<html>", .notUnderstood(status: 404)),
            (302, "", .notUnderstood(status: 302)),
            (500, "", .notUnderstood(status: 500)),
        ] as [(Int, String, ClientFailure)])
    func refusals(_ status: Int, _ body: String, _ expected: ClientFailure) {
        #expect(throws: expected) { try read(status, body) }
    }

    @Test func retryAfter() {
        var headers = HTTPFields()
        headers[.retryAfter] = "7"
        #expect(
            throws: ClientFailure.unavailable(
                .init(status: 503, code: "503", message: "HTTP status 503", requestID: nil), retryAfter: 7)
        ) { try read(503, "", headers) }
    }

    /// Port 1 of loopback: nobody listens.
    @Test func nobodyListens() async throws {
        let client = try GatehouseClient(
            server: "http://127.0.0.1:1", credential: Secret(utf8: "t"), fetcher: try HTTPFetcher(maximumInFlight: 1))
        await #expect(throws: ClientFailure.unreachable(.unreachable(.connectionRefused))) {
            try await client.call(.GET, "/livez")
        }
    }

    @Test func aCredentialThatNoHeaderMayHaveIsNotSent() async throws {
        let client = try GatehouseClient(
            server: "http://127.0.0.1:1", credential: Secret(utf8: "a\r\nX: y"),
            fetcher: try HTTPFetcher(maximumInFlight: 1))
        await #expect(throws: ClientFailure.self) { try await client.call(.GET, "/livez") }
    }
}
