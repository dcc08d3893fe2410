package import AccessPolicy
package import Federation
package import HTTPFetch
internal import Identifiers
internal import OAuth

/// Everything that was configured, checked.
package struct LoadedConfiguration: Sendable {
    package let settings: GatehouseSettings
    package let providers: [ProviderDefinition]
    /// As written: `PolicySet` compiles them and refuses those that do not hold.
    package let policies: [PolicyDefinition]
    /// What we prove to the providers through which people sign in that we are their client.
    package let clientCredentials: [ProviderName: ClientCredential]
    package let clients: [ClientDefinition]

    /// Policies of providers that no file has: these are made over the API, or are yet to be.
    package var policiesOfOtherProviders: [PolicyDefinition] {
        policies.filter { policy in !providers.contains { $0.name.rawValue.utf8.elementsEqual(policy.provider.utf8) } }
    }
}

/// Reads the configuration, opening no connection.
///
/// `paths` are the `--config` arguments: files, or folders whose `*.yaml` are read in the order of their names. All
/// together are one map; a key that is set twice is a problem. `alsoKnownProviders` are those that the caller adds
/// itself, so that policies may name them. What is thrown is every problem of every file at once.
package func loadConfiguration(
    paths: [String], surroundings: Surroundings = .system, templates: TemplateCatalog,
    alsoKnownProviders: [String] = []
) throws(ConfigurationProblems) -> LoadedConfiguration {
    let context = ReadingContext(surroundings)
    let files = paths.flatMap { expand($0, context: context) }
    let start = ConfigurationPosition(file: paths.first ?? "gatehouse.yaml", line: files.isEmpty ? 0 : 1, column: 1)
    let roots = files.compactMap { context.document($0) }
    // A file that is no YAML hides its keys: what would be said to be missing may be in it.
    try context.check()
    let map = SettingsMap(entries: FileMerge.merge(roots, context: context), at: start, context: context)
    let folder = FilePath.folder(of: files.first ?? "")
    let settings = SettingsReader.read(map, folder: folder)
    let origins = Set((settings?.allowedOrigins ?? []).compactMap { try? Origin($0) })
    let reader = ProviderReader(templates: templates, allowOrigins: origins, context: context)
    let configured = settings?.providersFolder.map { readProviders([$0], with: reader) } ?? []
    let providers = configured.map(\.definition)
    let policies = settings?.policiesFolder.map { readPolicies([$0], context: context) } ?? []
    let clients = settings?.clientsFolder.map { readClients([$0], context: context) } ?? []
    checkNames(of: policies, providers: providers.map(\.name.rawValue) + alsoKnownProviders, context: context)
    try context.check()
    guard let settings else {
        throw ConfigurationProblems([ConfigurationProblem("there is no configuration", at: start)])
    }
    let credentials = configured.compactMap { provider in
        provider.credential.map { (provider.definition.name, $0) }
    }
    return LoadedConfiguration(
        settings: settings, providers: providers, policies: policies,
        clientCredentials: Dictionary(credentials) { first, _ in first }, clients: clients)
}

/// Reads provider files alone: folders or single files.
package func loadProviders(
    paths: [String], surroundings: Surroundings = .system, templates: TemplateCatalog, allowOrigins: Set<Origin> = []
) throws(ConfigurationProblems) -> [ProviderDefinition] {
    let context = ReadingContext(surroundings)
    let reader = ProviderReader(templates: templates, allowOrigins: allowOrigins, context: context)
    let providers = readProviders(paths, with: reader)
    try context.check()
    return providers.map(\.definition)
}

/// Reads policy files alone: folders or single files.
package func loadPolicies(
    paths: [String], surroundings: Surroundings = .system
) throws(ConfigurationProblems) -> [PolicyDefinition] {
    let context = ReadingContext(surroundings)
    let policies = readPolicies(paths, context: context)
    try context.check()
    return policies
}

/// A folder stands for its YAML files.
private func expand(_ path: String, context: ReadingContext) -> [String] {
    guard let files = context.yamlFiles(in: path) else { return [path] }
    if files.isEmpty {
        context.report(
            "there is no *.yaml file in this folder", at: ConfigurationPosition(file: path, line: 0, column: 0))
    }
    return files
}

private func readProviders(_ paths: [String], with reader: ProviderReader) -> [ConfiguredProvider] {
    let files = paths.flatMap { reader.context.yamlFiles(in: $0) ?? [$0] }
    var providers: [Located<ConfiguredProvider>] = []
    for root in files.compactMap({ reader.context.document($0) }) {
        guard let provider = reader.read(root) else { continue }
        let name = provider.value.definition.name
        if let other = providers.first(where: { $0.value.definition.name == name }) {
            reader.context.report("provider '\(name)' is already in \(other.position)", at: provider.position)
        } else {
            providers.append(provider)
        }
    }
    return providers.map(\.value)
}

private func readPolicies(_ paths: [String], context: ReadingContext) -> [PolicyDefinition] {
    paths.flatMap { context.yamlFiles(in: $0) ?? [$0] }
        .compactMap { context.document($0) }
        .flatMap { PolicyReader.read($0, context: context) }
}

private func readClients(_ paths: [String], context: ReadingContext) -> [ClientDefinition] {
    let files = paths.flatMap { context.yamlFiles(in: $0) ?? [$0] }
    var clients: [Key: Located<ClientDefinition>] = [:]
    var order: [ClientDefinition] = []
    for client in files.compactMap({ context.document($0) }).flatMap({ ClientReader.read($0, context: context) }) {
        let id = client.value.metadata.clientID
        if let other = clients[Key(id)] {
            context.report("client '\(printable(id))' is already in \(other.position)", at: client.position)
        } else {
            clients[Key(id)] = client
            order.append(client.value)
        }
    }
    return order
}

/// A slip of the pen in a provider's name: such a policy would never decide anything. A name that is like none here may be
/// that of a provider made over the API.
private func checkNames(of policies: [PolicyDefinition], providers: [String], context: ReadingContext) {
    guard context.problems.isEmpty else { return }
    for policy in policies where !providers.contains(where: { $0.utf8.elementsEqual(policy.provider.utf8) }) {
        guard let place = policy.position, let meant = Suggestion.nearest(to: policy.provider, among: providers) else {
            continue
        }
        context.report(
            "policy '\(policy.name)' names a provider that is not configured",
            at: ConfigurationPosition(file: place.file, line: place.line, column: place.column),
            suggestion: meant)
    }
}
