import Logging

/// A read lane: one pipelined connection that comes back after it broke. What waits, waits through it.
final class LaneDriver {
    /// More gain little and make the first of a group wait for the last.
    private static let groupLimit = 16

    let driver: ConnectionDriver
    private unowned let thread: ReactorThread
    private let handle: LaneHandle
    private let settings: ConnectionSettings
    private var backoff: Backoff
    private var retryAt: Int64?
    private var isConnecting = false
    private var isClosing = false
    private var generator = SystemRandomNumberGenerator()
    /// Told of the first attempt's outcome, once.
    private var onFirstAttempt: ((PostgresError?) -> Void)?

    init(
        handle: LaneHandle, thread: ReactorThread, settings: ConnectionSettings, timing: StatementTiming,
        backoff: Backoff
    ) {
        self.handle = handle
        self.thread = thread
        self.settings = settings
        self.backoff = backoff
        driver = ConnectionDriver(id: handle.connection, thread: thread, timing: timing, groupLimit: Self.groupLimit)
        driver.onLost = { [unowned self] in lost($0) }
    }

    var nextDeadline: Int64? { retryAt }
    var isQuiet: Bool { driver.machine.isIdle }

    func start(_ firstAttempt: @escaping (PostgresError?) -> Void) {
        onFirstAttempt = firstAttempt
        connect()
    }

    func tick(_ now: Int64) {
        guard let retryAt, retryAt <= now else { return }
        self.retryAt = nil
        connect()
    }

    /// From here on a lane without a connection fails what waits instead of reconnecting.
    func beginClosing() {
        isClosing = true
        if !driver.isConnected { driver.failWaiting(.isClosed) }
    }

    private func connect() {
        guard !isConnecting, !isClosing, !driver.isConnected else { return }
        isConnecting = true
        let lane = driver.id
        Connector.open(settings, reactor: thread.reactor) { thread, result in
            guard let lane = thread.lane(lane) else {
                if case .success(let connection) = result { connection.close() }
                return
            }
            lane.opened(result)
        }
    }

    private func opened(_ result: Result<OpenConnection, PostgresError>) {
        isConnecting = false
        switch result {
        case .success(let open):
            if isClosing { return open.close() }
            guard driver.attach(open) else {
                return failed(PostgresError(.connectionFailed, "the connection cannot be watched"))
            }
            backoff.succeeded()
            handle.isConnected = true
            onFirstAttempt.take()?(nil)
        case .failure(let error):
            failed(error)
        }
    }

    private func failed(_ error: PostgresError) {
        let pause = backoff.next(using: &generator)
        thread.logger.warning("no connection to PostgreSQL: \(error.message)")
        retryAt = instant(thread.now, plus: pause)
        onFirstAttempt.take()?(error)
    }

    private func lost(_ error: PostgresError) {
        handle.isConnected = false
        guard error.code != .closed else { return }
        thread.logger.warning("a read lane's connection was lost: \(error.message)")
        if isClosing { return driver.failWaiting(.isClosed) }
        // Even the first pause is not zero: a server that accepts and drops must not keep us spinning.
        retryAt = instant(thread.now, plus: backoff.next(using: &generator))
    }
}
