extension Reactor {
    /// Hands one piece of work to a connection and waits for its answer. Cancelling the task cancels the work,
    /// unless it is shielded.
    func run(
        _ work: Operation.Work, on connection: UInt64, lane: LaneHandle? = nil, deadline: Int64 = .max,
        isShielded: Bool = false
    ) async -> Operation.Answer {
        if isShielded {
            return await withCheckedContinuation { continuation in
                submit(Operation(work, deadline: deadline, lane: lane, continuation: continuation), on: connection)
            }
        }
        let slot = CancellationSlot()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let operation = Operation(work, deadline: deadline, lane: lane, continuation: continuation)
                guard slot.fill(operation.id) else {
                    return operation.answer(.failure(PostgresError(.cancelled, "cancelled before it was sent")))
                }
                submit(operation, on: connection)
                // The handler may have run between the two lines above and found nobody.
                if slot.isCancelled { post(.cancel(connection: connection, operation: operation.id)) }
            }
        } onCancel: {
            if let id = slot.cancel() { post(.cancel(connection: connection, operation: id)) }
        }
    }

    private func submit(_ operation: Operation, on connection: UInt64) {
        if !post(.submit(connection: connection, operation)) { operation.answer(.failure(.isClosed)) }
    }
}
