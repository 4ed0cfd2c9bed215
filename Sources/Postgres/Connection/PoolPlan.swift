import Synchronization

/// What a pool of exclusive connections is made of.
struct PoolPlan: Sendable {
    let settings: ConnectionSettings
    let timing: StatementTiming
    let capacity: Int
    let waiterLimit: Int
    let backoff: Backoff
}

/// Numbers for connections, pools and lanes; 0 is the reactor's own.
enum ConnectionID {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 {
        last.wrappingAdd(1, ordering: .relaxed).newValue
    }
}

/// The state of a pool, for statistics.
final class PoolGauge: Sendable {
    private let counts = Mutex((idle: 0, leased: 0, waiting: 0))

    func set(idle: Int, leased: Int, waiting: Int) {
        counts.withLock { $0 = (idle, leased, waiting) }
    }

    var current: (idle: Int, leased: Int, waiting: Int) {
        counts.withLock { $0 }
    }
}
