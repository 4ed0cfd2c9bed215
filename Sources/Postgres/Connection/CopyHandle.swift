/// A caller's end of a running COPY. The connection does nothing else until it is over, so its number suffices.
struct CopyHandle: Sendable {
    let reactor: Reactor
    let connection: UInt64

    private static let lost = PostgresError(.connectionLost, "the connection broke during COPY", wasSent: true)

    func next() async -> CopyOutAct.Chunk {
        await withCancellation {
            await ask(or: .failure(Self.lost)) { (act: CopyOutAct, continuation) in act.next(continuation) }
        }
    }

    func abandon() async {
        await ask(or: ()) { (act: CopyOutAct, continuation) in act.abandon(continuation) }
    }

    func write(_ bytes: [UInt8]) async -> CopyInAct.Acknowledgement {
        if Task.isCancelled { return .failure(PostgresError(.cancelled, "cancelled during COPY", wasSent: true)) }
        return await withCancellation {
            await ask(or: .failure(Self.lost)) { (act: CopyInAct, continuation) in act.write(bytes, continuation) }
        }
    }

    func finish(failing: Bool) async -> Result<Int, PostgresError> {
        await ask(or: .failure(Self.lost)) { (act: CopyInAct, continuation) in
            act.finish(failing: failing, continuation)
        }
    }

    /// Calls `body` with the connection's running COPY on the reactor's thread; answers `absent` without one.
    private func ask<Act, Answer: Sendable>(
        or absent: Answer, _ body: @escaping @Sendable (Act, CheckedContinuation<Answer, Never>) -> Void
    ) async -> Answer {
        await withCheckedContinuation { continuation in
            let connection = connection
            let isTaken = reactor.post(
                .call { thread in
                    guard let act = thread.driver(connection)?.exclusive as? Act else {
                        return continuation.resume(returning: absent)
                    }
                    body(act, continuation)
                })
            if !isTaken { continuation.resume(returning: absent) }
        }
    }

    private func withCancellation<Answer: Sendable>(_ body: () async -> Answer) async -> Answer {
        let (reactor, connection) = (reactor, connection)
        return await withTaskCancellationHandler {
            await body()
        } onCancel: {
            reactor.post(.call { $0.driver(connection)?.cancelRunning() })
        }
    }
}
