internal import CLibPQ

/// A COPY … TO STDOUT. Rows gather into chunks; reading stops while the consumer is behind.
final class CopyOutAct: ExclusiveAct {
    typealias Chunk = Result<[UInt8]?, PostgresError>

    private enum Phase { case starting, streaming, draining, ended }

    private static let chunkLength = 128 * 1024

    private let operation: Operation
    private unowned let driver: ConnectionDriver
    private var phase = Phase.starting
    private var machine = CopyOutMachine()
    private var chunk: [UInt8] = []
    private var failure: PostgresError?
    private var consumer: CheckedContinuation<Chunk, Never>?
    private var leaver: CheckedContinuation<Void, Never>?

    var id: UInt64 { operation.id }

    init(_ operation: Operation, driver: ConnectionDriver) {
        self.operation = operation
        self.driver = driver
    }

    func readable() {
        switch phase {
        case .starting: start()
        case .streaming: pull()
        case .draining: drain()
        case .ended: break
        }
    }

    func writable() {}

    private func start() {
        guard let connection = driver.connection, PQisBusy(connection) == 0 else { return }
        guard let pointer = PQgetResult(connection) else { return drain() }
        let result = ResultHandle(owning: pointer)
        switch result.status {
        case PGRES_COPY_OUT:
            phase = .streaming
            operation.answer(.success(.none))
            pull()
        case PGRES_FATAL_ERROR:
            failure = PostgresError(result: result)
            drain()
        default:
            driver.lost(PostgresError(.protocolViolation, "copyOut takes one COPY … TO STDOUT"))
        }
    }

    /// Takes rows out of libpq until it has none, the COPY ends, or enough chunks wait.
    private func pull() {
        while phase == .streaming, !machine.isFull, let connection = driver.connection {
            var buffer: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(connection, &buffer, 1)
            switch length {
            case 1...:
                if chunk.isEmpty { chunk.reserveCapacity(Self.chunkLength + Int(length)) }
                chunk.append(contentsOf: UnsafeRawBufferPointer(start: buffer, count: Int(length)))
                PQfreemem(buffer)
                if chunk.count >= Self.chunkLength { handOver() }
            case 0:
                if machine.hasWaitingConsumer { handOver() }
                return
            case -1:
                handOver()
                return drain()
            default:
                return driver.lost()
            }
        }
    }

    private func handOver() {
        guard !chunk.isEmpty else { return }
        defer { chunk = [] }
        switch machine.produced(chunk) {
        case .deliver(let chunk): consumer.take()?.resume(returning: .success(chunk))
        case .keep, .drop: break
        case .keepAndPause: driver.setReading(false)
        }
    }

    /// Reads the results after the data, up to the end.
    private func drain() {
        phase = .draining
        driver.setReading(true)
        while let connection = driver.connection, PQisBusy(connection) == 0 {
            guard let pointer = PQgetResult(connection) else { return ended() }
            let result = ResultHandle(owning: pointer)
            if result.status != PGRES_COMMAND_OK { failure = failure ?? PostgresError(result: result) }
        }
    }

    private func ended() {
        phase = .ended
        if case .failure(let error) = driver.explained(failure.map { .failure($0) } ?? .success(.none), of: operation) {
            failure = error
        }
        if !operation.isAnswered {
            driver.endExclusive()
            return operation.answer(.failure(failure ?? PostgresError(.protocolViolation, "COPY gave no data")))
        }
        if let leaver = leaver.take() {
            driver.endExclusive()
            return leaver.resume()
        }
        if machine.ended(failure) { deliverEnd(failure) }
    }

    private func deliverEnd(_ failure: PostgresError?) {
        driver.endExclusive()
        consumer.take()?.resume(returning: failure.map { .failure($0) } ?? .success(nil))
    }

    func lost(_ error: PostgresError) {
        consumer.take()?.resume(returning: .failure(error))
        leaver.take()?.resume()
    }
}

// MARK: - The consumer's side

extension CopyOutAct {
    /// Answers with the next chunk as soon as there is one; with nil at the end.
    func next(_ continuation: CheckedContinuation<Chunk, Never>) {
        switch machine.asked() {
        case .chunk(let chunk, let resumesReading):
            continuation.resume(returning: .success(chunk))
            if resumesReading { resumeReading() }
        case .wait:
            consumer = continuation
            pull()
        case .ended(let failure):
            consumer = continuation
            deliverEnd(failure)
        case .violation:
            continuation.resume(
                returning: .failure(PostgresError(.protocolViolation, "two readers of one COPY", wasSent: true)))
        }
    }

    /// The consumer has had enough: stops the server and throws away what still comes.
    func abandon(_ continuation: CheckedContinuation<Void, Never>) {
        guard phase != .ended else {
            driver.endExclusive()
            return continuation.resume()
        }
        leaver = continuation
        let wasPaused = machine.abandon()
        driver.requestCancel(operation.id, .cancelled)
        if wasPaused { resumeReading() }
    }

    private func resumeReading() {
        driver.setReading(true)
        pull()
    }
}
