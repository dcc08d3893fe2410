/// The one way out: HTTP over libcurl, on one thread, within limits (security rule 5).
///
/// https only, no redirect, no proxy, no cookie, no credential from a file, no private address; what an operator needs
/// beyond that is an origin in the policy.
package final class HTTPFetcher: Sendable {
    private let mailbox: Mailbox
    private let multi: MultiHandle
    private let thread: FetchThread

    /// The parameters:
    /// - `maximumInFlight`: fetches under way in all bulkheads together; more fail at once.
    /// - `fixedAddresses`: for tests only, `CURLOPT_RESOLVE` entries: `host:port:address`. They answer for names
    ///   that no resolver knows; the address rule applies to them as to any.
    package init(maximumInFlight: Int = 128, fixedAddresses: [String] = []) throws(FetchFailure) {
        let mailbox = Mailbox(maximumInFlight: maximumInFlight)
        guard let multi = MultiHandle(idleConnections: 32),
            let thread = FetchThread({ FetchLoop(multi, mailbox, addresses: fixedAddresses).run() })
        else { throw .protocolError(.client) }
        (self.mailbox, self.multi, self.thread) = (mailbox, multi, thread)
    }

    /// Without `shutdown` the thread ends too, only nobody waits for it.
    deinit {
        mailbox.stop()
        multi.wakeUp()
    }

    /// One request and its whole answer. Cancelling the task aborts the transfer.
    package func fetch(_ request: FetchRequest, policy: FetchPolicy) async throws(FetchFailure) -> FetchResponse {
        try request.url.check(allowing: policy.allowOrigins)
        _ = try request.headerLines()
        let (mailbox, multi) = (mailbox, multi)
        let id = try mailbox.enter(request.bulkhead, atMost: policy.maximumInFlightPerBulkhead)
        let cancellation = Cancellation()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let submission = Submission(
                    id: id, request: request, policy: policy, cancellation: cancellation, continuation: continuation)
                if mailbox.submit(submission) {
                    multi.wakeUp()
                } else {
                    mailbox.leave(request.bulkhead)
                    continuation.resume(returning: .failure(.shutDown))
                }
            }
        } onCancel: {
            cancellation.cancel()
            mailbox.cancel(id)
            multi.wakeUp()
        }
        return try outcome.get()
    }

    /// Fails what is under way with `.shutDown`, refuses more, and returns when the thread has ended. Idempotent.
    package func shutdown() async {
        mailbox.stop()
        multi.wakeUp()
        await thread.join()
    }
}
