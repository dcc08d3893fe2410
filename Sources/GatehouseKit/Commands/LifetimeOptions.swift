import ArgumentParser

/// How long a credential lives, in days: the API counts nothing finer.
struct LifetimeOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("How long it lives, in whole days: 10d, 4w, 48h.", valueName: "time"))
    var expires: String?

    @Option(name: .long, help: "How many days it lives.")
    var days: Int64?

    /// `nil` leaves it to the server.
    var wanted: Int64? { days ?? expires.flatMap(HumanTime.days) }

    func validate() throws {
        guard expires == nil || days == nil else { throw ValidationError("give one of --expires and --days") }
        if let expires, HumanTime.days(expires) == nil {
            throw ValidationError("--expires must be a whole number of days, such as 10d, 4w or 48h")
        }
        guard (wanted ?? 1) > 0 else {
            throw ValidationError("a credential lives for at least one day; 'revoke' ends one")
        }
    }
}
