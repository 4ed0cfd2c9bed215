internal import CLibPQ

extension ConnectionDriver {
    func readable() {
        guard let connection else { return }
        let isAlive = consume(connection)
        if let exclusive {
            exclusive.readable()
        } else {
            receiveReplies()
        }
        deliverNotifications()
        if !isAlive { lost() } else if self.connection != nil { needsPump() }
    }

    /// Reads what is there. OpenSSL may hold decrypted bytes that no longer show on the socket; without looking,
    /// epoll would never speak of them.
    private func consume(_ connection: OpaquePointer) -> Bool {
        guard PQconsumeInput(connection) == 1 else { return false }
        while PendingTLS.hasBytes(connection) {
            guard PQconsumeInput(connection) == 1 else { return false }
        }
        return true
    }

    /// Hands each complete result to the machine. Ends: the machine expects finitely many.
    private func receiveReplies() {
        while let connection, machine.expectsReply, PQisBusy(connection) == 0 {
            guard let reply = reply(PQgetResult(connection)) else {
                return lost(PostgresError(.protocolViolation, "COPY is not a query: use copyOut or copyIn"))
            }
            switch machine.received(reply) {
            case .none:
                break
            case .answer(let answers):
                for answer in answers { answered(answer.job, answer.result) }
            case .violation:
                let isBroken = PQstatus(connection) == CONNECTION_BAD
                return lost(isBroken ? nil : PostgresError(.protocolViolation, "an answer to no statement"))
            }
        }
    }

    private func reply(_ pointer: OpaquePointer?) -> Machine.Reply? {
        guard let pointer else { return .end }
        let result = ResultHandle(owning: pointer)
        switch result.status {
        case PGRES_PIPELINE_SYNC:
            return .sync(inTransaction: transactionStatus != PQTRANS_IDLE)
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            return .value(PostgresRows(result))
        case PGRES_PIPELINE_ABORTED:
            return .aborted
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            return nil
        default:
            let error = PostgresError(result: result)
            return .failed(error, isStalePlan: error.isStalePlan)
        }
    }

    private func answered(_ operation: Operation, _ answer: Operation.Answer) {
        rearmDeadline()
        operation.answer(explained(answer, of: operation))
    }

    func deliverNotifications() {
        while let connection, let notify = PQnotifies(connection) {
            let payload = notify.pointee.extra.map { String(cString: $0) } ?? ""
            let channel = notify.pointee.relname.map { String(cString: $0) } ?? ""
            PQfreemem(notify)
            onNotification?(channel, payload)
        }
    }
}
