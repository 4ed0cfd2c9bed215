internal import CLibPQ

/// A COPY … FROM STDIN. A write is acknowledged only when the socket took it, so a slow server slows its writer.
final class CopyInAct: ExclusiveAct {
    typealias Acknowledgement = Result<Void, PostgresError>

    private let operation: Operation
    private unowned let driver: ConnectionDriver
    private var machine = CopyInMachine()
    private var isStarted = false
    private var chunk: [UInt8] = []
    private var rows = 0
    private var failure: PostgresError?
    private var writer: CheckedContinuation<Acknowledgement, Never>?
    private var finisher: CheckedContinuation<Result<Int, PostgresError>, Never>?

    var id: UInt64 { operation.id }

    init(_ operation: Operation, driver: ConnectionDriver) {
        self.operation = operation
        self.driver = driver
    }

    func readable() {
        if !isStarted { start() } else if machine.isEnding { drain() }
    }

    func writable() {
        perform(machine.flushed())
    }

    private func start() {
        guard let connection = driver.connection, PQisBusy(connection) == 0 else { return }
        guard let pointer = PQgetResult(connection) else { return ended() }
        let result = ResultHandle(owning: pointer)
        switch result.status {
        case PGRES_COPY_IN:
            isStarted = true
            operation.answer(.success(.none))
        case PGRES_FATAL_ERROR:
            failure = PostgresError(result: result)
            start()
        default:
            driver.lost(PostgresError(.protocolViolation, "copyIn takes one COPY … FROM STDIN"))
        }
    }

    /// Does what the machine says until it must wait. Ends: each slice is put once.
    private func perform(_ first: CopyInMachine.Action) {
        var action = first
        while let connection = driver.connection {
            switch action {
            case .put(let range):
                guard put(range, on: connection) else { return driver.lost() }
                guard driver.flush() else { return }
                action = machine.flushed()
            case .acknowledge:
                chunk = []
                writer.take()?.resume(returning: .success(()))
                return
            case .putEnd, .putFailure:
                let message = action == .putFailure ? "given up by the client" : nil
                guard PQputCopyEnd(connection, message) == 1 else { return driver.lost() }
                _ = driver.flush()
                // The server may have refused a row long ago: then its answer was read already.
                return drain()
            case .wait:
                return
            case .violation:
                return driver.lost(PostgresError(.protocolViolation, "two writers of one COPY"))
            }
        }
    }

    private func put(_ range: Range<Int>, on connection: OpaquePointer) -> Bool {
        chunk.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return false }
            return PQputCopyData(connection, base + range.lowerBound, Int32(truncatingIfNeeded: range.count)) == 1
        }
    }

    private func drain() {
        while let connection = driver.connection, PQisBusy(connection) == 0 {
            guard let pointer = PQgetResult(connection) else { return ended() }
            let result = ResultHandle(owning: pointer)
            if result.status == PGRES_COMMAND_OK {
                rows = result.affected
            } else {
                failure = failure ?? PostgresError(result: result)
            }
        }
    }

    private func ended() {
        machine.ended()
        let bare: Operation.Answer = failure.map { .failure($0) } ?? .success(.none)
        let answer = driver.explained(bare, of: operation)
        driver.endExclusive()
        switch answer {
        case .success: finisher.take()?.resume(returning: .success(rows))
        case .failure(let error):
            operation.answer(.failure(error))
            finisher.take()?.resume(returning: .failure(error))
        }
    }

    func lost(_ error: PostgresError) {
        writer.take()?.resume(returning: .failure(error))
        finisher.take()?.resume(returning: .failure(error))
    }
}

// MARK: - The writer's side

extension CopyInAct {
    func write(_ bytes: [UInt8], _ continuation: CheckedContinuation<Acknowledgement, Never>) {
        guard writer == nil else {
            return continuation.resume(
                returning: .failure(PostgresError(.protocolViolation, "two writers of one COPY", wasSent: true)))
        }
        writer = continuation
        chunk = bytes
        perform(machine.write(length: bytes.count))
    }

    /// Ends the data, or gives the COPY up, and answers with the rows that the server took.
    func finish(failing: Bool, _ continuation: CheckedContinuation<Result<Int, PostgresError>, Never>) {
        finisher = continuation
        perform(machine.finish(failing: failing))
    }
}
