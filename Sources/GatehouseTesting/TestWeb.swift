package import Federation
package import HTTPFetch
import JOSE
import StrictJSON
import Synchronization

/// The documents that providers publish, without a network. What nobody published does not resolve.
package final class TestWeb: Sendable {
    private let answers = Mutex<[String: Result<FetchResponse, FetchFailure>]>([:])
    private let asked = Mutex<[(url: String, body: [UInt8])]>([])

    package init() {}

    package var requests: [String] { asked.withLock { $0.map(\.url) } }

    /// What was sent to an address, the oldest first.
    package func bodies(_ url: String) -> [String] {
        asked.withLock { $0.filter { $0.url == url }.map { String(decoding: $0.body, as: UTF8.self) } }
    }

    package func answer(_ url: String, _ body: [UInt8], status: Int = 200) {
        answers.withLock { $0[url] = .success(FetchResponse(status: status, body: body)) }
    }

    package func fail(_ url: String, _ failure: FetchFailure) { answers.withLock { $0[url] = .failure(failure) } }

    /// The metadata and the keys of an issuer, as OpenID Connect Discovery has them.
    package func publish(_ issuer: TestIssuer, saying name: String? = nil) {
        let keys = issuer.issuer + "/keys"
        let metadata: JSONValue = ["issuer": JSONValue(name ?? issuer.issuer), "jwks_uri": JSONValue(keys)]
        answer(issuer.issuer + "/.well-known/openid-configuration", metadata.encoded())
        answer(keys, JSONValue.object(["keys": [issuer.key.publicJWK]]).encoded())
    }

    package var transport: Transport {
        { (request, _) async throws(FetchFailure) in
            let url = request.url.rawValue
            self.asked.withLock { $0.append((url, request.body)) }
            return try self.answers.withLock { $0[url] ?? .failure(.unreachable(.nameNotResolved)) }.get()
        }
    }
}
