package import Broker
import Synchronization

/// Takes in what is sent, and answers it in order.
package final class TestMailbox: MailSender {
    private let mails = Mutex<[Mail]>([])
    private let stream: AsyncStream<Mail>
    private let continuation: AsyncStream<Mail>.Continuation

    package init() { (stream, continuation) = AsyncStream.makeStream() }

    package func send(_ mail: Mail) async throws {
        mails.withLock { $0.append(mail) }
        continuation.yield(mail)
    }

    package var sent: [Mail] { mails.withLock { $0 } }

    /// The next one: what sends it does not wait for it.
    package func next() async -> Mail? {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next()
    }
}
