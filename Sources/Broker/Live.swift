import Synchronization

/// A value that is replaced as a whole while requests run: each sees one version (policies, settings).
package final class Live<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    package init(_ value: Value) { self.value = Mutex(value) }

    package var current: Value { value.withLock { $0 } }

    package func replace(_ new: Value) { value.withLock { $0 = new } }
}
