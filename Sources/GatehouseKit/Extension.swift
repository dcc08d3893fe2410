public import ServerPlugin

extension Gatehouse {
    /// Plugins that an outside program adds to those of the configuration.
    @TaskLocal static var additionalPlugins: [Plugin] = []

    /// Runs the command line of `gatehouse` with more plugins: an outside program's whole `main`.
    ///
    /// Their routes are subject to the same limits, authentication, access checks and logs as ours.
    public static func main(plugins: [Plugin]) async {
        await $additionalPlugins.withValue(plugins) { await main() }
    }
}
