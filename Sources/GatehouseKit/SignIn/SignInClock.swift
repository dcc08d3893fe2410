/// Time for what waits for people: the real one, or a test's.
struct SignInClock: Sendable {
    /// Seconds since 1970.
    let now: @Sendable () -> Int64
    let sleep: @Sendable (_ seconds: Int64) async -> Void

    static let wall = SignInClock(
        now: { Moment.now }, sleep: { seconds in try? await Task.sleep(for: .seconds(seconds)) })
}
