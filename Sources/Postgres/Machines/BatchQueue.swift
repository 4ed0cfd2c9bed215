/// The queue of an append lane: bounded, drained in batches by one runner.
///
/// An element weighs what it carries. Heavy ones (a slice of an import) wait apart from light ones (a lone purchase),
/// and each batch takes of both: the light ones wait for no more than one heavy share, the heavy ones always advance.
struct BatchQueue<Element> {
    enum Submitted: Equatable {
        /// Taken; wake the runner when it sleeps.
        case accepted(wakesRunner: Bool)
        case full
        case closed
    }

    enum Taken {
        case batch([Element])
        /// Nothing waits: sleep until woken.
        case wait
        /// Shut down, and everything taken has been handed out.
        case finished
    }

    enum Shutdown {
        /// The runner sleeps: wake it.
        case wakesRunner
        /// The runner works and will see.
        case noted
        /// There is no runner: these will never be answered.
        case orphans([Element])
    }

    private enum Runner { case none, working, sleeping, finished }
    private typealias Waiting = (id: UInt64, weight: Int, element: Element)

    let limit: Int
    let maximumBatch: Int
    private var light = FIFO<Waiting>()
    private var heavy = FIFO<Waiting>()
    private var runner = Runner.none
    private var isShutDown = false

    init(limit: Int, maximumBatch: Int) {
        precondition(limit > 0 && maximumBatch > 0)
        self.limit = limit
        self.maximumBatch = maximumBatch
    }

    /// Elements that wait.
    var count: Int { light.count + heavy.count }
    var isRunnerSleeping: Bool { runner == .sleeping }

    mutating func submit(_ element: Element, id: UInt64, weight: Int = 1) -> Submitted {
        guard !isShutDown else { return .closed }
        guard count < limit else { return .full }
        if weight > 1 { heavy.append((id, weight, element)) } else { light.append((id, 1, element)) }
        guard case .sleeping = runner else { return .accepted(wakesRunner: false) }
        runner = .working
        return .accepted(wakesRunner: true)
    }

    /// Removes what still waits.
    mutating func cancel(_ id: UInt64) -> Element? {
        light.remove { $0.id == id }?.element ?? heavy.remove { $0.id == id }?.element
    }

    /// False when there is a runner already, or was one.
    mutating func begin() -> Bool {
        guard case .none = runner else { return false }
        runner = .working
        return true
    }

    mutating func take() -> Taken {
        guard count > 0 else {
            runner = isShutDown ? .finished : .sleeping
            return isShutDown ? .finished : .wait
        }
        var batch: [Element] = []
        batch.reserveCapacity(min(maximumBatch, count))
        let lightMost = heavy.isEmpty ? maximumBatch : max(1, maximumBatch / 2)
        while batch.count < lightMost, let next = light.popFirst() { batch.append(next.element) }
        // One heavy element whatever it weighs; more of them only where nobody light waits for the batch.
        var room = batch.isEmpty ? maximumBatch : 0
        var isFirst = true
        while let next = heavy.first, isFirst || next.weight <= room {
            _ = heavy.popFirst()
            batch.append(next.element)
            room -= next.weight
            isFirst = false
        }
        return .batch(batch)
    }

    mutating func shutdown() -> Shutdown {
        isShutDown = true
        switch runner {
        case .none:
            runner = .finished
            return .orphans((light.removeAll() + heavy.removeAll()).map(\.element))
        case .sleeping:
            runner = .working
            return .wakesRunner
        case .working, .finished:
            return .noted
        }
    }
}
