internal import CLibPQ

/// Something that has a connection to itself, outside pipeline mode: a script or a COPY.
protocol ExclusiveAct: AnyObject {
    /// New input was read.
    func readable()
    /// Everything buffered was sent.
    func writable()
    /// The connection is gone; the operation itself has been answered if it was not yet.
    func lost(_ error: PostgresError)
}

/// Several statements in one string, by the simple protocol: migrations.
final class ScriptAct: ExclusiveAct {
    private let operation: Operation
    private unowned let driver: ConnectionDriver
    private var failure: PostgresError?
    private var last: PostgresRows?

    init(_ operation: Operation, driver: ConnectionDriver) {
        self.operation = operation
        self.driver = driver
    }

    func readable() {
        while let connection = driver.connection, PQisBusy(connection) == 0 {
            guard let pointer = PQgetResult(connection) else { return finish() }
            let result = ResultHandle(owning: pointer)
            switch result.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                last = PostgresRows(result)
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                return driver.lost(PostgresError(.protocolViolation, "COPY in a script: use copyOut or copyIn"))
            default:
                failure = failure ?? PostgresError(result: result)
            }
        }
    }

    func writable() {}

    func lost(_ error: PostgresError) {}

    private func finish() {
        let bare: Operation.Answer = failure.map { .failure($0) } ?? .success(last ?? .none)
        let answer = driver.explained(bare, of: operation)
        driver.endExclusive()
        operation.answer(answer)
    }
}

extension PostgresRows {
    /// No rows.
    static let none = PostgresRows(ResultHandle(owning: PQmakeEmptyPGresult(nil, PGRES_COMMAND_OK)))
}
