import NIOCore

/// One deadline that moves with every request, at the price of one timer per connection and not one per request.
struct DeadlineTimer {
    private final class Box {
        var deadline = NIODeadline.distantFuture
        var armed: (task: Scheduled<Void>, at: NIODeadline)?
    }

    private let box = Box()

    /// Runs the action at the deadline, unless it has been moved by then. Call on the event loop.
    func set(_ deadline: NIODeadline, on eventLoop: any EventLoop, _ action: @escaping () -> Void) {
        box.deadline = deadline
        if let armed = box.armed, armed.at <= deadline { return }  // that timer will see the new deadline
        box.armed?.task.cancel()
        arm(deadline, eventLoop, action)
    }

    func cancel() {
        box.armed?.task.cancel()
        box.armed = nil
    }

    private func arm(_ deadline: NIODeadline, _ eventLoop: any EventLoop, _ action: @escaping () -> Void) {
        let task = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            box.armed = nil
            if box.deadline > deadline { arm(box.deadline, eventLoop, action) } else { action() }
        }
        box.armed = (task, deadline)
    }
}
