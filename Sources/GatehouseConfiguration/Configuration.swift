/// Everything that was configured, checked.
package struct Configuration: Sendable {
    package let settings: GatehouseSettings
    package let providers: [ProviderFile]
    package let policies: [PolicyFileEntry]
}

/// Reads the configuration, opening no connection.
///
/// - Parameters:
///   - paths: the `--config` arguments: files, or folders whose `*.yaml` are read in the order of their names. All
///     together are one map; a key that is set twice is a problem.
///   - alsoKnownProviders: providers that the caller adds itself, so that policies may name them.
/// - Throws: every problem of every file at once.
package func loadConfiguration(
    paths: [String], surroundings: Surroundings = .system, templates: ProviderTemplates,
    alsoKnownProviders: [String] = []
) throws(ConfigurationProblems) -> Configuration {
    let context = ReadingContext(surroundings)
    let files = paths.flatMap { expand($0, context: context) }
    let start = ConfigurationPosition(file: paths.first ?? "gatehouse.yaml", line: files.isEmpty ? 0 : 1, column: 1)
    let roots = files.compactMap { context.document($0) }
    // A file that is no YAML hides its keys: what would be said to be missing may be in it.
    try context.check()
    let map = SettingsMap(entries: FileMerge.merge(roots, context: context), at: start, context: context)
    let folder = FilePath.folder(of: files.first ?? "")
    let settings = SettingsReader.read(map, folder: folder)
    let providers = settings?.providersFolder.map { readProviders($0, templates: templates, context: context) } ?? []
    let policies = settings?.policiesFolder.map { readPolicies([$0], context: context) } ?? []
    checkNames(of: policies, providers: providers.map(\.name) + alsoKnownProviders, context: context)
    try context.check()
    guard let settings else { throw ConfigurationProblems([ConfigurationProblem("there is no configuration", at: start)]) }
    return Configuration(settings: settings, providers: providers, policies: policies)
}

/// Reads provider files alone: a folder or single files.
package func loadProviders(
    paths: [String], surroundings: Surroundings = .system, templates: ProviderTemplates
) throws(ConfigurationProblems) -> [ProviderFile] {
    let context = ReadingContext(surroundings)
    let providers = paths.flatMap { readProviders($0, templates: templates, context: context) }
    try context.check()
    return providers
}

/// Reads policy files alone: folders or single files.
package func loadPolicies(
    paths: [String], surroundings: Surroundings = .system
) throws(ConfigurationProblems) -> [PolicyFileEntry] {
    let context = ReadingContext(surroundings)
    let policies = readPolicies(paths, context: context)
    try context.check()
    return policies
}

/// A folder stands for its YAML files.
private func expand(_ path: String, context: ReadingContext) -> [String] {
    guard let files = context.yamlFiles(in: path) else { return [path] }
    if files.isEmpty {
        context.report("there is no *.yaml file in this folder", at: ConfigurationPosition(file: path, line: 0, column: 0))
    }
    return files
}

private func readProviders(_ path: String, templates: ProviderTemplates, context: ReadingContext) -> [ProviderFile] {
    let files = context.yamlFiles(in: path) ?? [path]
    var providers: [ProviderFile] = []
    for root in files.compactMap({ context.document($0) }) {
        guard let provider = ProviderReader.read(root, templates: templates, context: context) else { continue }
        if let other = providers.first(where: { $0.name.utf8.elementsEqual(provider.name.utf8) }) {
            context.report("provider '\(provider.name)' is already in \(other.position)", at: provider.position)
        } else {
            providers.append(provider)
        }
    }
    return providers
}

private func readPolicies(_ paths: [String], context: ReadingContext) -> [PolicyFileEntry] {
    paths.flatMap { context.yamlFiles(in: $0) ?? [$0] }
        .compactMap { context.document($0) }
        .flatMap { PolicyReader.read($0, context: context) }
}

/// A policy of a provider that does not exist would never decide anything, without a word.
private func checkNames(of policies: [PolicyFileEntry], providers: [String], context: ReadingContext) {
    guard context.problems.isEmpty else { return }
    for policy in policies where !providers.contains(where: { $0.utf8.elementsEqual(policy.provider.value.utf8) }) {
        context.report(
            "policy '\(policy.name.value)' names a provider that is not configured", at: policy.provider.position,
            suggestion: Suggestion.nearest(to: policy.provider.value, among: providers))
    }
}
