import Federation
import Identifiers
import JOSE
import Synchronization

/// Which providers are in force: those of the configuration, and those made over the API that do not clash with them.
///
/// The index calls `putInForce` when a provider was committed, on every broker and before anybody gets an answer: the
/// next request meets the new ones.
final class ProviderBook: Sendable {
    private let registry: ProviderRegistry
    private let configuration: Mutex<[ProviderDefinition]>

    init(_ registry: ProviderRegistry) {
        self.registry = registry
        configuration = Mutex(registry.definitions)
    }

    /// Those of the configuration.
    var configured: [ProviderDefinition] { configuration.withLock { $0 } }

    func replaceConfigured(_ definitions: [ProviderDefinition], _ objects: () -> [StoredObject]) {
        configuration.withLock { $0 = definitions }
        putInForce(objects)
    }

    /// The parameters:
    /// - `objects`: answers what is stored of providers; asked under the lock, so that the last one to come in sees the last state.
    func putInForce(_ objects: () -> [StoredObject]) {
        configuration.withLock { configured in
            let objects = objects()
            let disabled = Set(objects.filter { ProviderSwitches($0).isDisabled }.map(\.id.name))
            var definitions = configured.filter { !disabled.contains(Key($0.name.rawValue)) }
            for record in objects.compactMap(ProviderRecord.init) where !record.switches.isDisabled {
                guard let definition = try? registry.definition(record.proposal, named: record.name),
                    Self.clash(definition, with: configured) == nil
                else { continue }
                definitions.append(definition)
            }
            registry.replace(with: definitions)
        }
    }

    /// The first of these that has the name or the issuer already.
    static func clash(_ definition: ProviderDefinition, with others: [ProviderDefinition]) -> ProviderDefinition? {
        others.first { other in
            if other.name == definition.name { return true }
            guard case .exactly(let issuer) = definition.issuer else { return false }
            return other.admits(issuer: issuer)
        }
    }
}
