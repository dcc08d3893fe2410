/// One change of what is stored: the loop that every use case with a failure of its own runs in.
extension Broker {
    /// Prepares a change from what is there now and commits it; again from the start when somebody else was first.
    func committing<Value: Sendable, Failure: Error>(
        _ failure: (StoreFailure) -> Failure,
        _ prepare: () async throws(Failure) -> (Value, StoreTransaction)
    ) async throws(Failure) -> Value {
        while true {
            let (value, transaction) = try await prepare()
            do throws(StoreFailure) {
                if !transaction.changes.isEmpty { try await store.commit(transaction) }
                return value
            } catch {
                guard error == .conflict || error == .alreadyExists else { throw failure(error) }
            }
        }
    }
}
