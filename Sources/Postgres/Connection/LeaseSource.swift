/// Where leases of one pool come from and go back to.
struct LeaseSource: Sendable {
    let reactor: Reactor
    let pool: UInt64
    let acquireTimeout: Duration

    /// Waits for an exclusive connection, at most for the configured time.
    func acquire() async throws(PostgresError) -> PostgresLease {
        let slot = CancellationSlot()
        let (reactor, pool) = (reactor, pool)
        let deadline = instant(monotonicNanos(), plus: acquireTimeout.nanoseconds)
        let granted = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: PoolDriver.Waiter) in
                let id = ConnectionID.next()
                guard slot.fill(id) else {
                    let error = PostgresError(.cancelled, "cancelled before a lease was asked for")
                    return waiter.resume(returning: .failure(error))
                }
                let isTaken = reactor.post(
                    .call { thread in
                        guard let driver = thread.pool(pool) else {
                            return waiter.resume(returning: .failure(.isClosed))
                        }
                        driver.acquire(waiter, id: id, deadline: deadline)
                        if slot.isCancelled { driver.cancel(id) }
                    })
                if !isTaken { waiter.resume(returning: .failure(.isClosed)) }
            }
        } onCancel: {
            if let id = slot.cancel() { reactor.post(.call { $0.pool(pool)?.cancel(id) }) }
        }
        return PostgresLease(try granted.get(), reactor: reactor)
    }

    func release(_ lease: PostgresLease) {
        lease.end()
        let (pool, connection) = (pool, lease.connection)
        reactor.post(.call { $0.pool(pool)?.release(connection) })
    }
}
