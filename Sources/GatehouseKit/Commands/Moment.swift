import Broker

/// Times of the server's answers, as people read them.
enum Moment {
    /// Seconds since 1970.
    static var now: Int64 { WallClock.source.now().seconds }

    /// Relative, or as it was written when it is not one of our times.
    static func text(_ rfc3339: String, now: Int64) -> String {
        HumanTime.seconds(ofRFC3339: rfc3339).map { HumanTime.relative($0, to: now) } ?? rfc3339
    }
}
