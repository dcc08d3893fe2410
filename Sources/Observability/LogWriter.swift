import Dispatch
import Glibc
import Synchronization

/// Log lines on their way out: a bounded buffer and one thread that writes it.
///
/// Who logs only copies bytes under a lock, so a slow reader of our standard output costs lines, never requests.
/// Lines that do not fit are counted, and the count is written when there is room again.
package final class LogWriter: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var dropped = 0
        var droppedInTotal = 0
        var isSignalled = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let lingerMilliseconds: Int
    private let wake = DispatchSemaphore(value: 0)
    private let hurry = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)
    private let sink: @Sendable ([UInt8]) -> Void

    /// - Parameters:
    ///   - capacity: bytes that wait at most.
    ///   - lingerMilliseconds: how long a first line waits for company, so that many lines share one write.
    ///   - sink: takes whole lines, on the writer's own thread; it may block.
    package init(capacity: Int = 1 << 20, lingerMilliseconds: Int = 20, sink: @escaping @Sendable ([UInt8]) -> Void) {
        self.capacity = capacity
        self.lingerMilliseconds = lingerMilliseconds
        self.sink = sink
        DedicatedThread.start { self.drain() }
    }

    package convenience init(fileDescriptor: CInt, capacity: Int = 1 << 20, lingerMilliseconds: Int = 20) {
        self.init(capacity: capacity, lingerMilliseconds: lingerMilliseconds) { bytes in
            writeAll(bytes, to: fileDescriptor)
        }
    }

    /// Lines that were not written because the buffer was full.
    package var droppedLines: Int { state.withLock { $0.droppedInTotal } }

    /// Takes one line, its line feed included. Never waits for the reader.
    package func append(_ line: [UInt8]) {
        let (mustWake, isHalfFull) = state.withLock { state in
            guard !state.isClosed, state.bytes.count + line.count <= capacity else {
                state.dropped += 1
                state.droppedInTotal += 1
                return (false, false)
            }
            let wasBelowHalf = state.bytes.count < capacity / 2
            state.bytes.append(contentsOf: line)
            let mustWake = !state.isSignalled
            state.isSignalled = true
            return (mustWake, wasBelowHalf && state.bytes.count >= capacity / 2)
        }
        if mustWake { wake.signal() }
        if isHalfFull { hurry.signal() }
    }

    /// Writes what waits and ends the thread. Lines that come later are dropped. Call it last, once.
    package func close() {
        let wasClosed = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed
        }
        guard !wasClosed else { return }
        wake.signal()
        hurry.signal()
        finished.wait()
    }

    private func drain() {
        var isLast = false
        while !isLast {
            wake.wait()
            if lingerMilliseconds > 0 { _ = hurry.wait(timeout: .now() + .milliseconds(lingerMilliseconds)) }
            let (bytes, dropped, isClosed) = state.withLock { state in
                defer {
                    state.bytes = []
                    state.dropped = 0
                    state.isSignalled = false
                }
                return (state.bytes, state.dropped, state.isClosed)
            }
            if !bytes.isEmpty { sink(bytes) }
            if dropped > 0 {
                sink(Array("{\"level\":\"warning\",\"event\":\"log lines dropped\",\"count\":\(dropped)}\n".utf8))
            }
            isLast = isClosed
        }
        finished.signal()
    }
}

/// Writes all bytes, waiting where the descriptor says so; gives up when the reader is gone.
private func writeAll(_ bytes: [UInt8], to descriptor: CInt) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        if count > 0 {
            rest = rest.dropFirst(count)
        } else if count < 0, errno == EAGAIN {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = unsafe poll(&waiting, 1, -1)
        } else if count == 0 || errno != EINTR {
            return
        }
    }
}
