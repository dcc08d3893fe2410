/// How long a provider's keys count. The defaults come from what real issuers do (`max-age` from 15 seconds to 44 days,
/// keys that vanish and come back).
package struct KeyCacheSettings: Sendable, Hashable {
    /// How long a key that is no longer in the set still verifies. Zero is allowed.
    package var grace: Duration
    /// Pause between two fetches that an unknown key may cause, and after a fetch that failed.
    package var unknownKeyCooldown: Duration
    /// `Cache-Control: max-age` is clamped between these two.
    package var minimumLifetime: Duration
    package var maximumLifetime: Duration
    /// Taken when the provider does not say.
    package var defaultLifetime: Duration
    /// A key that no fetch has confirmed for this long is dead: the limit of last-known-good.
    package var maximumAge: Duration

    package init(
        grace: Duration = .seconds(600), unknownKeyCooldown: Duration = .seconds(30),
        minimumLifetime: Duration = .seconds(60), maximumLifetime: Duration = .seconds(86_400),
        defaultLifetime: Duration = .seconds(900), maximumAge: Duration = .seconds(86_400)
    ) {
        self.grace = max(.zero, grace)
        self.unknownKeyCooldown = max(.seconds(1), unknownKeyCooldown)
        self.maximumAge = max(.seconds(1), maximumAge)
        // Half of the age at most, so that an outage finds keys with life left in them.
        self.maximumLifetime = max(.seconds(1), min(maximumLifetime, self.maximumAge / 2))
        self.minimumLifetime = min(max(.seconds(1), minimumLifetime), self.maximumLifetime)
        self.defaultLifetime = min(max(defaultLifetime, self.minimumLifetime), self.maximumLifetime)
    }

    /// How long a set may be used before it is fetched again, given what the provider said.
    func lifetime(said: Duration?) -> Duration {
        said.map { min(max($0, minimumLifetime), maximumLifetime) } ?? defaultLifetime
    }
}
