internal import CLibPQ

/// How a connection limits the time of its statements.
struct StatementTiming: Sendable {
    /// The longest from sending a statement, or from the answer before it, to its answer; nil without limit.
    let limit: Int64?
    /// Whether the server itself stops statements. Then our limit comes later and means that it is unreachable.
    let isEnforcedByServer: Bool
    /// Whether a single statement may be cancelled on the server: not where others share the connection.
    let cancelsOnServer: Bool

    /// What an unanswered cancel request or an unreachable server is given before the connection counts as dead.
    static let grace: Int64 = 5_000_000_000

    static func lane(_ limit: Duration?) -> Self {
        Self(
            limit: limit.map { instant($0.nanoseconds, plus: grace) }, isEnforcedByServer: limit != nil,
            cancelsOnServer: false)
    }

    static func session(_ limit: Duration?) -> Self {
        Self(limit: limit?.nanoseconds, isEnforcedByServer: false, cancelsOnServer: true)
    }
}

// MARK: - Deadlines

extension ConnectionDriver {
    /// When the reactor must look at this connection again.
    var nextDeadline: Int64? {
        let waiting = machine.nextWaitingDeadline ?? .max
        let earliest = min(waiting, answerDeadline ?? .max)
        return earliest == .max ? nil : earliest
    }

    func armDeadline() {
        guard answerDeadline == nil, let limit = timing.limit else { return }
        answerDeadline = instant(thread.now, plus: limit)
    }

    func rearmDeadline() {
        answerDeadline = nil
        if machine.inFlightCount > 0 { armDeadline() }
    }

    func tick(_ now: Int64) {
        while let operation = machine.popExpired(now: now) {
            operation.answer(.failure(PostgresError(.timeout, "waited too long to be sent")))
        }
        guard let answerDeadline, answerDeadline <= now else { return }
        guard !timing.isEnforcedByServer, !isCancelRunning, let running = machine.firstInFlight else {
            return lost(PostgresError(.timeout, "the server did not answer in time"))
        }
        if cancelReasons[running.id] != nil {
            return lost(PostgresError(.timeout, "the server did not answer a cancel request in time"))
        }
        self.answerDeadline = instant(now, plus: StatementTiming.grace)
        requestCancel(running.id, .timeout)
    }
}

// MARK: - Cancelling

extension ConnectionDriver {
    /// The caller of an operation gave up. What still waits is removed. What runs is stopped on a connection of
    /// its own; on a lane, where a cancel request might hit a neighbour, it runs on and only its caller goes.
    func cancel(_ id: UInt64) {
        if let operation = machine.cancel(id) {
            operation.answer(.failure(PostgresError(.cancelled, "cancelled before it was sent")))
        } else if timing.cancelsOnServer {
            if machine.isInFlight(id) { requestCancel(id, .cancelled) }
        } else {
            machine.inFlightJob(id)?.answer(
                .failure(PostgresError(.cancelled, "cancelled while it ran", wasSent: true)))
        }
    }

    /// Stops whatever runs now.
    func cancelRunning() {
        if let running = machine.firstInFlight { requestCancel(running.id, .cancelled) }
    }

    func requestCancel(_ id: UInt64, _ reason: PostgresError.Code) {
        guard let connection, cancelReasons[id] == nil else { return }
        cancelReasons[id] = reason
        wasEverCancelled = true
        guard !isCancelRunning else { return }
        // Nothing new is sent meanwhile: the request would hit whatever the server runs when it arrives.
        isCancelRunning = true
        let driver = self.id
        Connector.cancel(connection, reactor: thread.reactor) { thread in
            guard let driver = thread.driver(driver) else { return }
            driver.isCancelRunning = false
            driver.needsPump()
        }
    }

    /// Tells from a bare "query_canceled" who asked for it.
    func explained(_ answer: Operation.Answer, of operation: Operation) -> Operation.Answer {
        let reason = cancelReasons.isEmpty ? nil : cancelReasons.removeValue(forKey: operation.id)
        guard case .failure(var error) = answer, error.sqlState == "57014" else { return answer }
        if let reason {
            error.code = reason
        } else if timing.isEnforcedByServer {
            error.code = .timeout
        }
        return .failure(error)
    }
}
