import Glibc
import Synchronization

/// Makes request ids: 16 random bytes in hexadecimal, in the answer, the access log and the audit log.
///
/// Random bytes come from the system many at a time, because a system call for each request would cost more than
/// the rest of a small answer.
final class RequestIDs: Sendable {
    private struct State {
        var bytes = [UInt8](repeating: 0, count: 256)  // what one getentropy gives at most
        var next = 256
    }

    private let state = Mutex(State())

    func next() -> String {
        let bytes = state.withLock { state in
            if state.next + 16 > state.bytes.count {
                Self.fill(&state.bytes)
                state.next = 0
            }
            defer { state.next += 16 }
            return unsafe state.bytes.withUnsafeBytes { buffer in
                unsafe (
                    buffer.loadUnaligned(fromByteOffset: state.next, as: UInt64.self),
                    buffer.loadUnaligned(fromByteOffset: state.next + 8, as: UInt64.self)
                )
            }
        }
        return unsafe String(unsafeUninitializedCapacity: 32) { buffer in
            unsafe Self.write(bytes.0, to: buffer, at: 0)
            unsafe Self.write(bytes.1, to: buffer, at: 16)
            return 32
        }
    }

    private static func write(_ word: UInt64, to buffer: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        var rest = word
        for index in start..<start + 16 {
            let digit = UInt8(truncatingIfNeeded: rest >> 60)
            unsafe buffer[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            rest <<= 4
        }
    }

    private static func fill(_ bytes: inout [UInt8]) {
        if unsafe getentropy(&bytes, bytes.count) == 0 { return }
        var generator = SystemRandomNumberGenerator()
        for index in bytes.indices { bytes[index] = generator.next() }
    }
}
