import Foundation
import Loyalty
import Synchronization

/// So many requests a second for each key or member, and a burst: a token bucket for each, kept as the one instant at
/// which it will be full again (GCRA). Each server process counts for itself.
final class RateLimiter: Sendable {
    /// Microseconds that one request takes out of a bucket.
    private let cost: Int64
    /// Microseconds that a full bucket holds.
    private let depth: Int64
    /// When each bucket will be full. One that is full already is the same as none.
    private let full = Mutex<[UUID: Int64]>([:])
    private static let most = 100_000

    /// - Parameters:
    ///   - perSecond: requests a second, on and on.
    ///   - burst: requests at once, after a pause.
    init(perSecond: Int, burst: Int) {
        cost = Int64(1_000_000 / min(max(1, perSecond), 1_000_000))
        depth = cost * Int64(min(max(1, burst), 1_000_000))
    }

    /// Puts back what ``admit(_:at:)`` took, for a request that comes again by another way.
    func readmit(_ caller: UUID) {
        full.withLock { $0[caller]? -= cost }
    }

    /// nil where the request may pass; else the whole seconds after which one may.
    func admit(_ caller: UUID, at: Instant) -> Int? {
        full.withLock { full in
            let now = at.micros
            // A clock that was set back keeps nobody out for longer than an empty bucket does.
            let known = min(full[caller] ?? now, now + depth)
            let next = max(known, now) + cost
            guard next <= now + depth else {
                full[caller] = known
                return Int((next - now - depth + 999_999) / 1_000_000)
            }
            if full[caller] == nil, full.count >= Self.most { full = full.filter { $0.value > now } }
            if full.count >= Self.most { full.removeAll(keepingCapacity: true) }
            full[caller] = next
            return nil
        }
    }
}
