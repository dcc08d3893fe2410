package import HTTPFetch
import HTTPTypes
package import Secrets
package import StrictJSON

/// Calls a Gatehouse server's API for the command line.
///
/// The credential goes to the named server alone: redirects are not followed, and no proxy or file can add anything.
package struct GatehouseClient: Sendable {
    package let server: ServerAddress
    private let credential: Secret?
    private let fetcher: HTTPFetcher

    package init(server: String, credential: Secret?, fetcher: HTTPFetcher) throws(ClientFailure) {
        self.server = try ServerAddress(server)
        self.credential = credential
        self.fetcher = fetcher
    }

    private init(_ server: ServerAddress, _ credential: Secret?, _ fetcher: HTTPFetcher) {
        (self.server, self.credential, self.fetcher) = (server, credential, fetcher)
    }

    /// The same server with another credential: that of a sign-in changes with time.
    package func with(_ credential: Secret?) -> GatehouseClient { GatehouseClient(server, credential, fetcher) }

    /// One call; `path` is escaped already, see `ClientRequest.path`.
    package func call(
        _ method: FetchMethod, _ path: String, query: [(name: String, value: String)] = [], body: JSONValue? = nil,
        form: [(String, String)]? = nil
    ) async throws(ClientFailure) -> ClientResponse {
        let content: ClientRequest.Body =
            if let form {
                .form(form.map { ClientRequest.FormField($0.0, $0.1) })
            } else {
                body.map { .json($0) } ?? .none
            }
        return try await call(ClientRequest(method, path, query: query, body: content))
    }

    package func call(_ request: ClientRequest) async throws(ClientFailure) -> ClientResponse {
        try ResponseReader.read(try await fetch(request), hadCredential: credential != nil)
    }

    /// What came back, whatever its status: for who expects a refusal.
    package func answer(_ request: ClientRequest) async throws(ClientFailure) -> ClientResponse {
        ResponseReader.answer(try await fetch(request))
    }

    private func fetch(_ request: ClientRequest) async throws(ClientFailure) -> FetchResponse {
        let fetch = FetchRequest(
            request.method, try server.url(request.target), headers: Self.headers(of: request, credential),
            body: request.encodedBody, bulkhead: "command")
        do throws(FetchFailure) {
            return try await fetcher.fetch(fetch, policy: .operator(server: server.origin))
        } catch {
            throw .unreachable(error)
        }
    }

    static func headers(of request: ClientRequest, _ credential: Secret?) -> HTTPFields {
        var headers = HTTPFields()
        headers[.accept] = "application/json"
        if let type = request.contentType { headers[.contentType] = type }
        if let key = request.idempotencyKey, let name = HTTPField.Name.idempotencyKey {
            headers[name] = key.description
        }
        if let credential { headers[.authorization] = "Bearer " + credential.revealText() }
        return headers
    }
}

/// From an answer to a result or a refusal: both shapes of errors, the API's and OAuth's, end here.
enum ResponseReader {
    private static let limits = JSONLimits(maximumBytes: 16 << 20)

    static func answer(_ response: FetchResponse) -> ClientResponse {
        func value(_ name: HTTPField.Name?) -> String? { name.flatMap { response.headers[$0] } }
        return ClientResponse(
            status: response.status, requestID: value(.requestID), body: response.body,
            json: response.body.isEmpty ? nil : try? JSONValue.parse(response.body, limits: limits),
            credentialExpires: value(.credentialExpires), credentialRetires: value(.credentialRetires))
    }

    static func read(_ response: FetchResponse, hadCredential: Bool) throws(ClientFailure) -> ClientResponse {
        let answer = answer(response)
        let (requestID, json) = (answer.requestID, answer.json)
        guard !(200..<300).contains(response.status) else {
            guard json != nil || response.body.isEmpty else { throw .notUnderstood(status: response.status) }
            return answer
        }
        let refusal = refusal(response.status, json, requestID)
        switch response.status {
        case 401: throw .notSignedIn(refusal, hadCredential: hadCredential)
        case 502, 503, 504:
            throw .unavailable(refusal, retryAfter: response.headers[.retryAfter].flatMap { Int($0) })
        case 400..<600 where json?.objectValue != nil: throw .refused(refusal)
        default: throw .notUnderstood(status: response.status)
        }
    }

    private static func refusal(_ status: Int, _ json: JSONValue?, _ requestID: String?) -> ClientFailure.Refusal {
        let stable = json?["code"]?.stringValue ?? json?["error"]?.stringValue
        let code = stable ?? json?["code"]?.integerValue.map(String.init) ?? String(status)
        let message =
            json?["message"]?.stringValue ?? json?["error_description"]?.stringValue ?? "HTTP status \(status)"
        return ClientFailure.Refusal(status: status, code: code, message: message, requestID: requestID)
    }
}
