/// `sessions`: how long a sign-in holds, in seconds.
struct SessionLifetimes {
    static let idle: Int64 = 7200
    static let absolute: Int64 = 43_200

    let idle: Int64
    let absolute: Int64
}

extension SettingsValue {
    /// `{idle: 2h, absolute: 12h}`, each with its default.
    func sessions() -> SessionLifetimes? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        let idle = map["idle"].map { $0.duration(in: 60...30 * 86_400) } ?? SessionLifetimes.idle
        let absolute = map["absolute"].map { $0.duration(in: 300...90 * 86_400) } ?? SessionLifetimes.absolute
        guard let idle, let absolute else { return nil }
        guard idle <= absolute else {
            return refuse("must have idle at most absolute, which is \(Quantity.duration(absolute))")
        }
        return SessionLifetimes(idle: idle, absolute: absolute)
    }
}
