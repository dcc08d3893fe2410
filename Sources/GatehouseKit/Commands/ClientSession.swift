import GatehouseClient
import Synchronization

/// Calls of one person or job. What the server says about that credential is told once, on standard error.
final class ClientSession: Sendable {
    private let client: GatehouseClient
    private let source: CredentialSource
    private let hasTold = Mutex(false)

    init(_ client: GatehouseClient, _ source: CredentialSource) { (self.client, self.source) = (client, source) }

    func call(_ request: ClientRequest) async throws -> ClientResponse {
        let response = try await client.with(try await source.credential()).call(request)
        let notes = Self.notes(response, now: Moment.now)
        let isFirst = hasTold.withLock { told in
            defer { told = told || !notes.isEmpty }
            return !told
        }
        if isFirst { Console.printError(notes.map { Printable.line($0) + "\n" }.joined()) }
        return response
    }

    /// That the credential of the call ends soon.
    static func notes(_ response: ClientResponse, now: Int64) -> [String] {
        var notes: [String] = []
        if let time = response.credentialExpires {
            notes.append("note: the credential of this call expires \(Moment.text(time, now: now)): renew or rotate it")
        }
        if let time = response.credentialRetires {
            notes.append(
                "note: this call was made with the old token of a rotation, which ends \(Moment.text(time, now: now))")
        }
        return notes
    }
}
