/// The plugins that the interface knows. Which are part of this version is in `Unsupported`.
package enum PluginName: String, CaseIterable, Hashable, Sendable {
    case credentials, token
    case signIn = "sign-in"
    case providers, directory, scim, gateway, console, development

    /// What is served when `plugins` is not set: everything of this version. `development` comes with `--dev` only.
    package static let standard = allCases.filter { !Unsupported.plugins.contains($0) && $0 != .development }
}

extension SettingsValue {
    func plugins() -> [PluginName]? {
        let plugins = list { value -> PluginName? in
            guard let plugin = value.choice(PluginName.self) else { return nil }
            if Unsupported.plugins.contains(plugin) {
                return value.refuse("names '\(plugin.rawValue)', which is not part of this version")
            }
            if plugin == .development {
                return value.refuse("names 'development', which comes with 'gatehouse serve --dev' only")
            }
            return plugin
        }
        guard let plugins else { return nil }
        guard Set(plugins).count == plugins.count else { return refuse("names a plugin twice") }
        return plugins
    }
}
