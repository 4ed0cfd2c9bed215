import Foundation
import Logging

/// The loop that owns a reactor's connections. Confined to its thread: not Sendable, and never leaves it.
final class ReactorThread {
    let reactor: Reactor
    let logger: Logger
    private let wakeDescriptor: Int32
    private var poller: Poller
    private var drivers: [UInt64: ConnectionDriver] = [:]
    private var lanes: [UInt64: LaneDriver] = [:]
    private var pools: [UInt64: PoolDriver] = [:]
    private var unpumped: [ConnectionDriver] = []
    private var jobs: [Reactor.Job] = []
    private(set) var isStopped = false
    private var drainDeadline: Int64?
    /// The instant at which this turn of the loop began.
    private(set) var now = monotonicNanos()

    /// Nil when the kernel has no descriptor left.
    init?(reactor: Reactor, wakeDescriptor: Int32, logger: Logger) {
        guard let poller = try? Poller() else { return nil }
        self.reactor = reactor
        self.wakeDescriptor = wakeDescriptor
        self.logger = logger
        self.poller = poller
        if wakeDescriptor >= 0 {
            guard self.poller.add(wakeDescriptor, token: 0, .init(read: true, write: false)) else { return nil }
        }
    }

    /// A thread without connections, to which late jobs address themselves and find nobody.
    static func stopped(reactor: Reactor) -> ReactorThread? {
        let thread = ReactorThread(reactor: reactor, wakeDescriptor: -1, logger: Logger(label: "treue.postgres"))
        thread?.isStopped = true
        return thread
    }

    func run() {
        while !isStopped {
            let deadline = nextDeadline
            let events = poller.wait(milliseconds: reactor.mayRest() ? timeout(to: deadline) : 0)
            reactor.isUp()
            now = monotonicNanos()
            for event in events {
                if event.token == 0 { drainWake() } else { drivers[event.token]?.handle(event) }
            }
            runJobs()
            if deadline <= now { tick() }
            pump()
            stopIfDrained()
        }
        for driver in Array(drivers.values) { driver.close(.isClosed) }
        for pool in Array(pools.values) { pool.close() }
    }

    /// Stops once nothing waits or runs, at the latest at `deadline`.
    func drain(until deadline: Int64) {
        drainDeadline = deadline
        for lane in lanes.values { lane.beginClosing() }
    }

    private func stopIfDrained() {
        guard let drainDeadline else { return }
        let isQuiet = lanes.values.allSatisfy(\.isQuiet) && pools.values.allSatisfy(\.isQuiet)
        isStopped = isStopped || isQuiet || drainDeadline <= now
    }

    private func drainWake() {
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, 8)
    }

    private func runJobs() {
        reactor.takeJobs(into: &jobs)
        for job in jobs {
            switch job {
            case .run(let job):
                job.runSynchronously(on: reactor.asUnownedTaskExecutor())
            case .submit(let connection, let operation):
                guard let driver = drivers[connection] else {
                    operation.answer(.failure(PostgresError(.connectionLost, "the connection is closed")))
                    continue
                }
                driver.submit(operation)
            case .cancel(let connection, let operation):
                drivers[connection]?.cancel(operation)
            case .call(let body):
                body(self)
            }
        }
        jobs.removeAll(keepingCapacity: jobs.capacity <= 65_536)
    }

    /// Sends for every driver that has something to send, once a turn.
    private func pump() {
        while let driver = unpumped.popLast() { driver.pump() }
    }

    func needsPump(_ driver: ConnectionDriver) {
        unpumped.append(driver)
    }
}

// MARK: - Time

extension ReactorThread {
    /// When something is due by itself; the end of time where nothing is.
    private var nextDeadline: Int64 {
        var earliest = drainDeadline ?? .max
        for driver in drivers.values { earliest = min(earliest, driver.nextDeadline ?? .max) }
        for lane in lanes.values { earliest = min(earliest, lane.nextDeadline ?? .max) }
        for pool in pools.values { earliest = min(earliest, pool.nextDeadline ?? .max) }
        return earliest
    }

    private func timeout(to deadline: Int64) -> Int32? {
        guard deadline < .max else { return nil }
        let millis = (max(0, deadline - monotonicNanos()) + 999_999) / 1_000_000
        return Int32(clamping: millis)
    }

    private func tick() {
        for driver in Array(drivers.values) { driver.tick(now) }
        for lane in Array(lanes.values) { lane.tick(now) }
        for pool in Array(pools.values) { pool.tick(now) }
    }
}

// MARK: - Who is here

extension ReactorThread {
    func driver(_ id: UInt64) -> ConnectionDriver? { drivers[id] }
    func pool(_ id: UInt64) -> PoolDriver? { pools[id] }
    func add(_ driver: ConnectionDriver) { drivers[driver.id] = driver }
    func removeDriver(_ id: UInt64) { drivers[id] = nil }
    func add(_ lane: LaneDriver) { lanes[lane.driver.id] = lane }
    func lane(_ id: UInt64) -> LaneDriver? { lanes[id] }
    func add(_ pool: PoolDriver) { pools[pool.id] = pool }
    func removePool(_ id: UInt64) { pools.removeValue(forKey: id)?.close() }

    var allLanes: [LaneDriver] { Array(lanes.values) }
    var allPools: [PoolDriver] { Array(pools.values) }

    func watch(_ descriptor: Int32, token: UInt64, _ interest: Poller.Interest) -> Bool {
        poller.add(descriptor, token: token, interest)
    }

    func rewatch(_ descriptor: Int32, token: UInt64, _ interest: Poller.Interest) -> Bool {
        poller.update(descriptor, token: token, interest)
    }

    func unwatch(_ descriptor: Int32) {
        poller.remove(descriptor)
    }
}
