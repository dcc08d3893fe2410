@testable import GatehouseClient
import HTTPFetch
import StrictJSON

@testable import GatehouseKit

/// Answers the calls of a command one after the other and keeps them, as `METHOD target body`.
final class FakeServer {
    private(set) var calls: [String] = []
    private var answers: ArraySlice<Result<String, ClientFailure>>

    init(_ answers: Result<String, ClientFailure>...) { self.answers = answers[...] }

    func call(_ request: ClientRequest) async throws -> ClientResponse {
        let body = String(decoding: request.encodedBody, as: UTF8.self)
        calls.append("\(request.method.rawValue) \(request.target)" + (body.isEmpty ? "" : " " + body))
        guard let answer = answers.popFirst() else { throw ClientFailure.notUnderstood(status: 599) }
        return try Self.response(try answer.get())
    }

    static func response(_ text: String) throws -> ClientResponse {
        let body = Array(text.utf8)
        return ClientResponse(status: 200, requestID: nil, body: body, json: try JSONValue.parse(body))
    }

    static func refusal(_ status: Int, _ code: String = "3") -> ClientFailure {
        .refused(.init(status: status, code: code, message: "m", requestID: nil))
    }
}

extension Confirmation {
    /// Somebody who types this.
    static func typing(_ answer: String?) -> Confirmation { Confirmation(hasTerminal: true) { _ in answer } }
    static var nobody: Confirmation { Confirmation(hasTerminal: false) { _ in nil } }
}
