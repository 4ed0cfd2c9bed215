/// Back-pressure of a COPY … TO STDOUT: at most `limit` chunks wait for the consumer, then reading stops and the
/// server waits in turn.
struct CopyOutMachine {
    enum Produced: Equatable {
        /// The consumer waits: give it this chunk.
        case deliver([UInt8])
        case keep
        /// The chunk was kept and there is no room for another: stop reading.
        case keepAndPause
        /// The consumer has left.
        case drop
    }

    enum Asked {
        case chunk([UInt8], resumesReading: Bool)
        case wait
        case ended(PostgresError?)
        /// Two consumers at once.
        case violation
    }

    let limit: Int
    private var chunks = FIFO<[UInt8]>()
    private var isConsumerWaiting = false
    private var isAbandoned = false
    private var end: PostgresError??

    init(limit: Int = 2) {
        precondition(limit > 0)
        self.limit = limit
    }

    var isFull: Bool { !isAbandoned && chunks.count >= limit }
    var hasWaitingConsumer: Bool { isConsumerWaiting }

    mutating func produced(_ chunk: [UInt8]) -> Produced {
        if isAbandoned { return .drop }
        if isConsumerWaiting {
            isConsumerWaiting = false
            return .deliver(chunk)
        }
        chunks.append(chunk)
        return chunks.count >= limit ? .keepAndPause : .keep
    }

    mutating func asked() -> Asked {
        guard !isConsumerWaiting else { return .violation }
        let wasFull = isFull
        if let chunk = chunks.popFirst() { return .chunk(chunk, resumesReading: wasFull && end == nil) }
        if let end { return .ended(end) }
        isConsumerWaiting = true
        return .wait
    }

    /// The server has sent everything, or an error. True when the consumer waits to hear it.
    mutating func ended(_ error: PostgresError?) -> Bool {
        end = .some(error)
        defer { isConsumerWaiting = false }
        return isConsumerWaiting
    }

    /// The consumer leaves; what still comes is dropped. True when reading had stopped and must go on.
    mutating func abandon() -> Bool {
        let wasFull = isFull
        isAbandoned = true
        chunks = FIFO()
        return wasFull
    }
}
