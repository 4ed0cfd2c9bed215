internal import CLibPQ
import Logging

/// Opens, grants, takes back and closes the exclusive connections of one pool, as its machine says.
final class PoolDriver {
    typealias Waiter = CheckedContinuation<Result<LeaseGrant, PostgresError>, Never>

    let id: UInt64
    private unowned let thread: ReactorThread
    private let settings: ConnectionSettings
    private let timing: StatementTiming
    private let gauge: PoolGauge
    private var machine: PoolMachine<Waiter>
    private var generator = SystemRandomNumberGenerator()

    init(id: UInt64, thread: ReactorThread, plan: PoolPlan, gauge: PoolGauge) {
        self.id = id
        self.thread = thread
        self.gauge = gauge
        settings = plan.settings
        timing = plan.timing
        machine = PoolMachine(capacity: plan.capacity, waiterLimit: plan.waiterLimit, backoff: plan.backoff)
    }

    var nextDeadline: Int64? { machine.nextDeadline }
    var isQuiet: Bool { machine.isQuiet }

    func acquire(_ waiter: Waiter, id: UInt64, deadline: Int64) {
        perform(machine.acquire(waiter, id: id, deadline: deadline))
    }

    func cancel(_ id: UInt64) {
        perform(machine.cancel(id))
    }

    func tick(_ now: Int64) {
        guard let deadline = machine.nextDeadline, deadline <= now else { return }
        perform(machine.tick(now: now))
    }

    /// Takes a connection back. It is handed on only when it is idle and no cancel request may still hit it.
    func release(_ connection: UInt64) {
        guard let driver = thread.driver(connection) else {
            return perform(machine.released(connection, isReusable: false))
        }
        driver.onNotification = nil
        let isClean =
            driver.isConnected && driver.machine.isIdle && driver.exclusive == nil && !driver.wasEverCancelled
            && driver.transactionStatus == PQTRANS_IDLE
        perform(machine.released(connection, isReusable: isClean))
    }

    func close() {
        perform(machine.close())
    }

    private func perform(_ actions: [PoolMachine<Waiter>.Action]) {
        for action in actions {
            switch action {
            case .grant(let waiter, let connection): grant(connection, to: waiter)
            case .fail(let waiter, let error): waiter.resume(returning: .failure(error))
            case .close(let connection): thread.driver(connection)?.close(.isClosed)
            case .connect: connect()
            }
        }
        gauge.set(idle: machine.idleCount, leased: machine.leasedCount, waiting: machine.waiterCount)
    }

    private func grant(_ connection: UInt64, to waiter: Waiter) {
        let liveness = thread.driver(connection)?.liveness ?? Liveness(isAlive: false)
        waiter.resume(returning: .success(LeaseGrant(connection: connection, liveness: liveness)))
    }

    private func connect() {
        let pool = id
        Connector.open(settings, reactor: thread.reactor) { thread, result in
            guard let pool = thread.pool(pool) else {
                if case .success(let connection) = result { connection.close() }
                return
            }
            pool.opened(result)
        }
    }

    private func opened(_ result: Result<OpenConnection, PostgresError>) {
        switch result {
        case .failure(let error):
            failed(error)
        case .success(let open):
            let driver = ConnectionDriver(id: ConnectionID.next(), thread: thread, timing: timing, groupLimit: 1)
            guard driver.attach(open) else {
                return failed(PostgresError(.connectionFailed, "the connection cannot be watched"))
            }
            driver.onLost = { [unowned self, id = driver.id] error in lost(id, error) }
            thread.add(driver)
            perform(machine.connected(driver.id))
        }
    }

    private func failed(_ error: PostgresError) {
        thread.logger.warning("no connection to PostgreSQL: \(error.message)")
        perform(machine.connectFailed(error, now: thread.now, using: &generator))
    }

    private func lost(_ connection: UInt64, _ error: PostgresError) {
        if error.code != .closed { thread.logger.warning("a leased connection was lost: \(error.message)") }
        thread.driver(connection)?.failWaiting(error.unsent)
        thread.removeDriver(connection)
        perform(machine.lost(connection))
    }
}

extension PostgresError {
    /// The same, about a statement that was never sent.
    var unsent: PostgresError {
        var error = self
        error.wasSent = false
        return error
    }
}
