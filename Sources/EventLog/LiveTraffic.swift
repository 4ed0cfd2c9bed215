import Postgres
import Synchronization

/// Whether shops are writing while something long is at work, and how that gives way to them: at full speed where nobody
/// writes, and resting twice as long as it worked where somebody does.
public final class LiveTraffic: Sendable {
    private struct Look {
        var at = ContinuousClock.now
        /// Events in the log.
        var events: Int64
        var isFlowing = false
    }

    private let log: EventLog
    private let last: Mutex<Look>

    /// How often the log is looked at, and from how many events a second on there is traffic.
    private static let (interval, threshold) = (Duration.milliseconds(200), 50.0)

    /// - Parameter events: that are in the log now.
    public init(events: Int64, log: EventLog) {
        self.log = log
        last = Mutex(Look(events: events))
    }

    /// Rests after a piece of work, as long as others need.
    public func giveWay(after work: Duration, on connection: some PostgresQuerying) async {
        if last.withLock({ $0.at.duration(to: .now) >= Self.interval }) { await look(on: connection) }
        if last.withLock(\.isFlowing) { try? await Task.sleep(for: work * 2) }
    }

    private func look(on connection: some PostgresQuerying) async {
        guard let heads = try? await log.heads(on: connection) else { return }
        let (events, now) = (heads.reduce(0) { $0 + $1.position }, ContinuousClock.now)
        last.withLock { last in
            let rate = Double(events - last.events) / ((now - last.at) / .seconds(1))
            last = Look(at: now, events: events, isFlowing: rate > Self.threshold)
        }
    }
}
