internal import CLibPQ

/// Drives one connection on the reactor's thread: feeds the pipeline machine with what libpq reads and does what
/// it says. Outlives its `PGconn` on a lane, which reconnects; ends with it in a pool.
final class ConnectionDriver {
    typealias Machine = PipelineMachine<Operation, PostgresRows>

    let id: UInt64
    unowned let thread: ReactorThread
    var machine: Machine
    var connection: OpaquePointer?
    var exclusive: (any ExclusiveAct)?
    var onLost: (PostgresError) -> Void = { _ in }
    var onNotification: ((_ channel: String, _ payload: String) -> Void)?

    let liveness = Liveness(isAlive: true)

    /// Above this many bytes a statement shares no sync: libpq would hold the parameters of a whole group.
    private static let largeParameters = 16 * 1024

    private(set) var descriptor: Int32 = -1
    private var interest = Poller.Interest(read: true, write: false)
    private var isFlushPending = false
    private var isPumpDue = false

    // Timing out and cancelling; see ConnectionDriver+Cancel.swift.
    let timing: StatementTiming
    var answerDeadline: Int64?
    var cancelReasons: [UInt64: PostgresError.Code] = [:]
    var isCancelRunning = false
    var wasEverCancelled = false

    /// - Parameter groupLimit: statements that share a sync, at most.
    init(id: UInt64, thread: ReactorThread, timing: StatementTiming, groupLimit: Int) {
        _ = ConnectionDriver.types
        machine = Machine(groupLimit: groupLimit)
        self.id = id
        self.thread = thread
        self.timing = timing
    }

    /// The generic machine's types, all made by whichever thread comes first. Where two reactor threads asked for them
    /// for the first time at once, Swift's runtime (6.3.1, Linux, unoptimised) let each wait for the other for ever.
    private static let types: [Any.Type] = [
        Machine.self, Machine.Slot.self, Machine.Send.self, Machine.Reply.self, Machine.Answer.self,
        [Machine.Answer].self, Machine.Action.self, Machine.Sent.self, Machine.Phase.self,
    ]

    /// Takes an open connection over. False when the kernel cannot watch it; it is closed then.
    func attach(_ open: OpenConnection) -> Bool {
        let socket = PQsocket(open.pointer)
        interest = .init(read: true, write: false)
        guard socket >= 0, thread.watch(socket, token: id, interest) else {
            open.close()
            return false
        }
        (connection, descriptor, isFlushPending) = (open.pointer, socket, false)
        machine.connected()
        needsPump()
        return true
    }

    var isConnected: Bool { connection != nil }

    var transactionStatus: PGTransactionStatusType {
        connection.map { PQtransactionStatus($0) } ?? PQTRANS_UNKNOWN
    }

    func submit(_ operation: Operation) {
        guard !operation.isAnswered else { return }
        var key: StatementCache.Key?
        var (isPrepared, isAlone) = (false, true)
        if case .statement(let statementKey, let parameters, let prepared, let alone) = operation.work {
            (key, isPrepared, isAlone) = (statementKey, prepared, alone || parameters.byteCount > Self.largeParameters)
        }
        machine.enqueue(
            .init(
                id: operation.id, job: operation, key: key, isPrepared: isPrepared, deadline: operation.deadline,
                isAlone: isAlone))
        needsPump()
    }

    func needsPump() {
        guard !isPumpDue else { return }
        isPumpDue = true
        thread.needsPump(self)
    }

    func handle(_ event: Poller.Event) {
        if event.isReadable { readable() }
        if event.isWritable, isFlushPending, flush() {
            exclusive?.writable()
            needsPump()
        }
    }

    /// Stops or resumes reading: while a COPY's consumer is busy, the socket fills and the server waits.
    func setReading(_ isReading: Bool) {
        updateInterest(.init(read: isReading, write: interest.write))
    }

    /// Sends what libpq holds. True when nothing is left; else the rest goes when the socket takes it.
    func flush() -> Bool {
        guard let connection else { return false }
        let left = PQflush(connection)
        guard left >= 0 else {
            lost()
            return false
        }
        isFlushPending = left == 1
        updateInterest(.init(read: interest.read, write: isFlushPending))
        return !isFlushPending
    }

    private func updateInterest(_ wanted: Poller.Interest) {
        guard wanted != interest, connection != nil else { return }
        interest = wanted
        _ = thread.rewatch(descriptor, token: id, wanted)
    }

    func pump() {
        isPumpDue = false
        guard !isFlushPending, !isCancelRunning else { return }
        while let connection, exclusive == nil, let send = machine.nextToSend() {
            guard perform(send, on: connection) else { return lost() }
            // libpq buffers without bound: more goes in only once the socket took this.
            if case .sync = send, !flush() { return }
        }
    }
}

// MARK: - Sending

extension ConnectionDriver {
    private func perform(_ send: Machine.Send, on connection: OpaquePointer) -> Bool {
        switch send {
        case .prepare(let slot, let name):
            guard let key = slot.key else { return false }
            return PQsendPrepare(connection, name, key.sql, Int32(key.types.count), key.types) == 1
        case .run(let slot, let name):
            guard case .statement(_, let parameters, _, _) = slot.job.work else { return false }
            armDeadline()
            return parameters.withPointers { values, lengths, formats in
                PQsendQueryPrepared(connection, name, Int32(parameters.count), values, lengths, formats, 1) == 1
            }
        case .runUnnamed(let slot):
            guard case .statement(let key, let parameters, _, _) = slot.job.work else { return false }
            armDeadline()
            return parameters.withPointers { values, lengths, formats in
                PQsendQueryParams(
                    connection, key.sql, Int32(parameters.count), key.types, values, lengths, formats, 1) == 1
            }
        case .sync:
            return PQpipelineSync(connection) == 1
        case .exclusive(let slot):
            return beginExclusive(slot.job, on: connection)
        }
    }

    private func beginExclusive(_ operation: Operation, on connection: OpaquePointer) -> Bool {
        guard PQexitPipelineMode(connection) == 1 else { return false }
        let act: any ExclusiveAct
        switch operation.work {
        case .statement: return false
        case .script: act = ScriptAct(operation, driver: self)
        case .copyOut: act = CopyOutAct(operation, driver: self)
        case .copyIn: act = CopyInAct(operation, driver: self)
        }
        exclusive = act
        guard PQsendQuery(connection, operation.work.sql) == 1 else { return false }
        _ = flush()
        return true
    }

    /// The exclusive act has read all its results: the pipeline goes on.
    func endExclusive() {
        exclusive = nil
        guard let connection, PQenterPipelineMode(connection) == 1 else { return lost() }
        setReading(true)
        _ = machine.exclusiveFinished()
        needsPump()
    }
}

// MARK: - Endings

extension ConnectionDriver {
    /// The connection broke: answers what was sent, closes, and tells the owner, who may reconnect.
    func lost(_ reason: PostgresError? = nil) {
        guard let connection else { return }
        var error = reason ?? PostgresError(.connectionLost, connection.lastMessage)
        error.wasSent = true
        detach(connection)
        for operation in machine.disconnected() { operation.answer(.failure(error)) }
        exclusive?.lost(error)
        exclusive = nil
        liveness.end()
        onLost(error)
    }

    private func detach(_ connection: OpaquePointer) {
        thread.unwatch(descriptor)
        PQfinish(connection)
        self.connection = nil
        (descriptor, isFlushPending, answerDeadline, cancelReasons) = (-1, false, nil, [:])
    }

    /// Closes for good; whatever waits is answered with `error`.
    func close(_ error: PostgresError) {
        if connection != nil { lost(error) }
        failWaiting(error)
        thread.removeDriver(id)
    }

    func failWaiting(_ error: PostgresError) {
        for operation in machine.drainWaiting() { operation.answer(.failure(error)) }
    }
}
