/// The life of the fetch thread: take what came, let libcurl work, hand out what is done.
///
/// Not `Sendable`: made and used on that thread.
final class FetchLoop {
    private let multi: MultiHandle
    private let mailbox: Mailbox
    private let addresses: [String]
    private var transfers: [UInt: Transfer] = [:]
    private var idle: [EasyHandle] = []
    private static let mostIdleHandles = 16

    init(_ multi: MultiHandle, _ mailbox: Mailbox, addresses: [String]) {
        (self.multi, self.mailbox, self.addresses) = (multi, mailbox, addresses)
    }

    /// Returns when the mailbox says stop and every caller has its answer.
    func run() {
        while true {
            let contents = mailbox.empty()
            for submission in contents.submissions { start(submission) }
            for id in contents.cancelled {
                if let transfer = transfers[id] { finish(transfer, .failure(.cancelled)) }
            }
            if contents.isStopping { break }
            multi.perform()
            while let (id, code) = multi.nextCompletion() {
                if let transfer = transfers[id] { finish(transfer, transfer.outcome(code)) }
            }
            multi.wait(atMost: 60_000)
        }
        for transfer in transfers.values { finish(transfer, .failure(.shutDown)) }
    }

    private func start(_ submission: Submission) {
        if submission.cancellation.isCancelled { return answer(submission, .failure(.cancelled)) }
        guard let easy = idle.popLast() ?? EasyHandle() else {
            return answer(submission, .failure(.protocolError(.client)))
        }
        let transfer = Transfer(submission, on: easy)
        do throws(FetchFailure) {
            try easy.prepare(submission, addresses: addresses)
            try easy.begin(transfer, in: multi)
            transfers[submission.id] = transfer
        } catch {
            answer(submission, .failure(error))
        }
    }

    private func finish(_ transfer: Transfer, _ outcome: Result<FetchResponse, FetchFailure>) {
        transfer.easy.end(in: multi)
        transfers[transfer.submission.id] = nil
        if idle.count < Self.mostIdleHandles { idle.append(transfer.easy) }
        answer(transfer.submission, outcome)
    }

    private func answer(_ submission: Submission, _ outcome: Result<FetchResponse, FetchFailure>) {
        mailbox.leave(submission.request.bulkhead)
        submission.continuation.resume(returning: outcome)
    }
}
