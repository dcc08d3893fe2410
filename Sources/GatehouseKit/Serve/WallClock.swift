import Broker
import Glibc

/// The real time of day. Made here and nowhere else; everything below is handed a `TimeSource`.
enum WallClock {
    static let source = TimeSource {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
