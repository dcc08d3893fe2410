import Broker
import Testing

@Suite struct RateLimiterTests {
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1000 + seconds) }

    @Test func aBurstAndThenOneInEachInterval() {
        let limiter = RateLimiter(RateLimiter.Rate(burst: 3, interval: 10))
        for _ in 0..<3 { #expect(limiter.wait(for: "a", at: at(0)) == nil) }
        #expect(limiter.wait(for: "a", at: at(0)) == 10)
        #expect(limiter.wait(for: "a", at: at(9)) == 1)
        #expect(limiter.wait(for: "b", at: at(9)) == nil)
        #expect(limiter.wait(for: "a", at: at(10)) == nil)
        #expect(limiter.wait(for: "a", at: at(10)) == 10)
        for _ in 0..<3 { #expect(limiter.wait(for: "a", at: at(100)) == nil) }
        #expect(limiter.wait(for: "a", at: at(100)) == 10)
    }

    @Test func lookingCountsForNothing() {
        let limiter = RateLimiter(RateLimiter.Rate(burst: 1, interval: 10))
        for _ in 0..<3 { #expect(limiter.remainingWait(for: "a", at: at(0)) == nil) }
        #expect(limiter.wait(for: "a", at: at(0)) == nil)
        for _ in 0..<3 { #expect(limiter.remainingWait(for: "a", at: at(1)) == 9) }
        #expect(limiter.remainingWait(for: "a", at: at(10)) == nil)
    }

    @Test(arguments: [
        ("192.0.2.1", "c0000201"), ("2001:db8::1", "20010db800000000::/64"),
        ("2001:db8:0:0:ffff::9", "20010db800000000::/64"), ("2001:db8:0:1::1", "20010db800000001::/64"),
        ("::ffff:192.0.2.1", "c0000201"), ("what?", "what?"),
    ])
    func oneNetworkIsOnePlace(_ address: String, _ key: String) {
        #expect(RateLimiter.key(of: address) == key)
    }

    /// Many places make it forget those that have waited longest, never whoever asked last.
    @Test func itIsBounded() {
        let limiter = RateLimiter(RateLimiter.Rate(burst: 1, interval: 1000), capacity: 100)
        for number in 0..<10_000 { #expect(limiter.wait(for: "\(number)", at: at(Int64(number) / 100)) == nil) }
        #expect(limiter.wait(for: "9999", at: at(100)) != nil)
        #expect(limiter.wait(for: "0", at: at(100)) == nil)
    }
}
