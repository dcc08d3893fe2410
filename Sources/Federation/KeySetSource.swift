package import HTTPFetch
internal import HTTPTypes
internal import Identifiers
package import JOSE
internal import Synchronization

/// A key set as it was fetched, and for how long its provider says it may be kept.
package struct FetchedKeySet: Sendable {
    package let keys: KeySet
    package let lifetime: Duration?

    package init(_ keys: KeySet, lifetime: Duration?) { (self.keys, self.lifetime) = (keys, lifetime) }
}

/// How requests leave: `HTTPFetcher.fetch`, or a test's own.
package typealias Transport = @Sendable (FetchRequest, FetchPolicy) async throws(FetchFailure) -> FetchResponse

/// Fetches one provider's documents: metadata, then keys. Remembers only where the keys were.
package final class KeySetSource: Sendable {
    private let definition: ProviderDefinition
    private let policy: FetchPolicy
    private let transport: Transport
    private let jwksURI = Mutex<FetchURL?>(nil)

    package init(_ definition: ProviderDefinition, policy: FetchPolicy, transport: @escaping Transport) {
        (self.definition, self.policy, self.transport) = (definition, policy, transport)
    }

    package func metadata() async throws(KeySourceFailure) -> ProviderMetadata {
        let url: FetchURL
        do { url = try FetchURL(definition.metadataURLText, allowing: policy.allowOrigins) } catch {
            throw .fetch(.metadata, error)
        }
        let response = try await get(url, .metadata)
        do {
            return try ProviderMetadata(response.body, expecting: definition.issuerText, allowing: policy.allowOrigins)
        } catch { throw .metadata(error) }
    }

    package func keys(at url: FetchURL) async throws(KeySourceFailure) -> FetchedKeySet {
        let response = try await get(url, .keySet)
        let keys: KeySet
        do {
            keys = try KeySet(jwks: response.body, options: KeySetOptions(maximumRSABits: definition.maximumRSABits))
        } catch { throw .keySet(error) }
        guard !keys.keys.isEmpty else { throw .noUsableKey }
        return FetchedKeySet(keys, lifetime: CacheControl.lifetime(response.headers[.cacheControl]))
    }

    /// What the cache calls. The metadata is asked each time, so that a key set that moved is found; when only the
    /// metadata cannot be reached, the place that it last named will do.
    package func fetch() async throws(KeySourceFailure) -> FetchedKeySet {
        if case .jwksURI(let url) = definition.keySource { return try await keys(at: url) }
        if definition.keySource == .none { throw .noUsableKey }
        let url: FetchURL
        do throws(KeySourceFailure) {
            url = try await metadata().jwksURI
            jwksURI.withLock { $0 = url }
        } catch {
            guard !error.isMisconfiguration, let known = jwksURI.withLock({ $0 }) else { throw error }
            url = known
        }
        return try await keys(at: url)
    }

    private func get(
        _ url: FetchURL, _ document: KeySourceFailure.Document
    ) async throws(KeySourceFailure) -> FetchResponse {
        let request = FetchRequest(
            .GET, url, headers: [.accept: "application/json"], bulkhead: "provider:" + definition.name.rawValue)
        let response: FetchResponse
        do { response = try await transport(request, policy) } catch { throw .fetch(document, error) }
        guard response.status == 200 else { throw .status(document, response.status) }
        return response
    }
}
