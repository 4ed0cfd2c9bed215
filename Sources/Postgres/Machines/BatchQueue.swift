/// The queue of an append lane: bounded, drained in batches by one runner. An element weighs what it carries.
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

    let limit: Int
    let maximumBatch: Int
    private var waiting = FIFO<(id: UInt64, weight: Int, element: Element)>()
    private var runner = Runner.none
    private var isShutDown = false

    init(limit: Int, maximumBatch: Int) {
        precondition(limit > 0 && maximumBatch > 0)
        self.limit = limit
        self.maximumBatch = maximumBatch
    }

    var count: Int { waiting.count }
    var isRunnerSleeping: Bool { runner == .sleeping }

    mutating func submit(_ element: Element, id: UInt64, weight: Int = 1) -> Submitted {
        guard !isShutDown else { return .closed }
        guard waiting.count < limit else { return .full }
        waiting.append((id, weight, element))
        guard case .sleeping = runner else { return .accepted(wakesRunner: false) }
        runner = .working
        return .accepted(wakesRunner: true)
    }

    /// Removes what still waits.
    mutating func cancel(_ id: UInt64) -> Element? {
        waiting.remove { $0.id == id }?.element
    }

    /// False when there is a runner already, or was one.
    mutating func begin() -> Bool {
        guard case .none = runner else { return false }
        runner = .working
        return true
    }

    mutating func take() -> Taken {
        guard !waiting.isEmpty else {
            runner = isShutDown ? .finished : .sleeping
            return isShutDown ? .finished : .wait
        }
        var batch: [Element] = []
        batch.reserveCapacity(min(maximumBatch, waiting.count))
        var weight = 0
        while let next = waiting.first, batch.isEmpty || weight + next.weight <= maximumBatch {
            _ = waiting.popFirst()
            batch.append(next.element)
            weight += next.weight
        }
        return .batch(batch)
    }

    mutating func shutdown() -> Shutdown {
        isShutDown = true
        switch runner {
        case .none:
            runner = .finished
            return .orphans(waiting.removeAll().map(\.element))
        case .sleeping:
            runner = .working
            return .wakesRunner
        case .working, .finished:
            return .noted
        }
    }
}
