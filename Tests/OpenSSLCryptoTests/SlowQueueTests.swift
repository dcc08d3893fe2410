import Dispatch
import Foundation
import Glibc
import OpenSSLCrypto
import Synchronization
import Testing

private struct Broken: Error, Equatable { let number: Int }

/// A job that stays on the queue's thread until it is let go.
private final class Gate: Sendable {
    private let entered = AsyncStream.makeStream(of: Void.self)
    private let open = DispatchSemaphore(value: 0)

    func pass() {
        entered.continuation.yield()
        open.wait()
    }
    func reached() async { for await _ in entered.stream { return } }
    func letGo() { open.signal() }
}

/// Which jobs ran.
private final class Record: Sendable {
    private let all = Mutex<[Int]>([])
    var numbers: [Int] { all.withLock { $0 } }
    func add(_ number: Int) { all.withLock { $0.append(number) } }
}

@Suite(.timeLimit(.minutes(5))) struct SlowQueueTests {
    /// A queue whose thread is held, and the task that holds it.
    private static func held(capacity: Int) async throws -> (SlowQueue, Gate, Task<Void, any Error>) {
        let (queue, gate) = (try SlowQueue(capacity: capacity), Gate())
        let task = Task { try await queue.run { gate.pass() } }
        await gate.reached()
        return (queue, gate, task)
    }

    private static func fill(_ queue: SlowQueue, _ count: Int) async -> [Task<Int, any Error>] {
        var tasks: [Task<Int, any Error>] = []
        for number in 0..<count {
            tasks.append(Task { try await queue.run { number } })
            await wait(until: queue, holds: number + 1)
        }
        return tasks
    }

    private static func wait(until queue: SlowQueue, holds count: Int) async {
        while queue.waiting != count { await Task.yield() }
    }

    private static func nice() -> Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }

    /// "process/task/thread", below /proc.
    private static func thread() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
    }

    @Test func answersAndErrors() async throws {
        let queue = try SlowQueue(capacity: 1)
        #expect(try await queue.run { 7 } == 7)
        await #expect(throws: Broken(number: 3)) { try await queue.run { throw Broken(number: 3) } }
        await #expect(throws: CryptoFailure.unusableKey(.modulusTooSmall)) {
            try await queue.run { _ = try PrivateKeyHandle(generating: .rsa(bits: 1024)) }
        }
        #expect(try await queue.run { "still here" } == "still here")
    }

    @Test func oneThreadOfLowPriority() async throws {
        let queue = try SlowQueue(capacity: 10)
        let before = Self.nice()
        var threads: Set<String> = []
        for _ in 0..<5 {
            let (thread, nice) = try await queue.run { (try Self.thread(), Self.nice()) }
            threads.insert(thread)
            #expect(nice == 10)
        }
        #expect(threads.count == 1)
        #expect(Self.nice() == before)  // nobody else's
    }

    @Test func inOrder() async throws {
        let (queue, gate, holder) = try await Self.held(capacity: 20)
        let order = Record()
        var tasks: [Task<Void, any Error>] = []
        for number in 0..<20 {
            tasks.append(Task { try await queue.run { order.add(number) } })
            await Self.wait(until: queue, holds: number + 1)
        }
        gate.letGo()
        for task in tasks { try await task.value }
        try await holder.value
        #expect(order.numbers == Array(0..<20))
    }

    @Test func fullAtOnce() async throws {
        let (queue, gate, holder) = try await Self.held(capacity: 2)
        let tasks = await Self.fill(queue, 2)
        await #expect(throws: SlowQueue.Full()) { try await queue.run {} }
        gate.letGo()
        #expect(try await tasks[0].value == 0)
        #expect(try await tasks[1].value == 1)
        try await holder.value
        #expect(try await queue.run { true })
    }

    @Test(arguments: [0, -1, Int.min]) func noPlaceToWait(capacity: Int) async throws {
        guard capacity == 0 else {
            let queue = try SlowQueue(capacity: capacity)
            await #expect(throws: SlowQueue.Full()) { try await queue.run {} }
            return
        }
        let (queue, gate, holder) = try await Self.held(capacity: 0)
        await #expect(throws: SlowQueue.Full()) { try await queue.run {} }
        gate.letGo()
        try await holder.value
    }

    @Test func closing() async throws {
        let (queue, gate, holder) = try await Self.held(capacity: 3)
        let tasks = await Self.fill(queue, 3)
        queue.close()
        for task in tasks { await #expect(throws: SlowQueue.Closed()) { try await task.value } }
        await #expect(throws: SlowQueue.Closed()) { try await queue.run {} }
        gate.letGo()
        await #expect(throws: Never.self) { try await holder.value }  // what was begun is finished
        queue.close()
        await #expect(throws: SlowQueue.Closed()) { try await queue.run {} }
    }

    @Test func cancelledWhileItWaits() async throws {
        let (queue, gate, holder) = try await Self.held(capacity: 1)
        let ran = Record()
        let waiting = Task { try await queue.run { ran.add(1) } }
        await Self.wait(until: queue, holds: 1)
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        let next = Task { try await queue.run { 5 } }  // its place is free again
        await Self.wait(until: queue, holds: 1)
        gate.letGo()
        try await holder.value
        #expect(try await next.value == 5)
        #expect(ran.numbers.isEmpty)
    }

    @Test func cancelledBefore() async throws {
        let (queue, gate, holder) = try await Self.held(capacity: 1)
        let waiting = Task {
            unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() }
            try await queue.run {}
        }
        await #expect(throws: CancellationError.self) { try await waiting.value }
        gate.letGo()
        try await holder.value
    }

    /// The thread goes with the queue, and what it held is let go.
    @Test func endsWithItsOwner() async throws {
        final class Held: Sendable {}
        weak var held: Held?
        let thread: String
        do {
            let queue = try SlowQueue(capacity: 1)
            let object = Held()
            held = object
            thread = try await queue.run {
                withExtendedLifetime(object) {}
                return try Self.thread()
            }
        }
        while FileManager.default.fileExists(atPath: "/proc/" + thread) { await Task.yield() }
        #expect(held == nil)
    }

    @Test func doesNotHoldThePool() async throws {
        let (queue, gate, holder) = try await Self.held(capacity: 64)
        let tasks = await Self.fill(queue, 64)
        #expect(await Task.detached { 1 }.value == 1)
        gate.letGo()
        var sum = 0
        for task in tasks { sum += try await task.value }
        #expect(sum == 64 * 63 / 2)
        try await holder.value
    }
}
