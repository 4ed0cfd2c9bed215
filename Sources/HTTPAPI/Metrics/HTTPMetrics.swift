import HTTPTypes
import Synchronization

/// Counts requests by method, route and status, and how long they took. Bounded: routes are those of the router, and
/// methods that no route has are counted as one.
final class HTTPMetrics: Sendable {
    struct Series: Hashable, Comparable {
        var method: String
        var route: String
        var status: Int

        static func < (a: Series, b: Series) -> Bool {
            (a.route, a.method, a.status) < (b.route, b.method, b.status)
        }
    }

    struct Counts {
        var requests: UInt64 = 0
        /// Not cumulative: each request is in the first bucket that holds it.
        var buckets = [UInt64](repeating: 0, count: HTTPMetrics.bucketMicros.count)
        var totalMicros: Int64 = 0
    }

    /// Upper bounds of the buckets of the histogram, microseconds.
    static let bucketMicros: [Int64] = [
        500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000,
    ]
    private static let knownMethods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    private let counts = Mutex<[Series: Counts]>([:])
    private let inFlight = Atomic<Int>(0)

    func begin() { inFlight.add(1, ordering: .relaxed) }

    /// Takes back ``begin()``.
    func withdraw() { inFlight.subtract(1, ordering: .relaxed) }

    /// - Parameter route: the pattern of the route; nil where the request has none.
    func end(method: HTTPRequest.Method, route: String?, status: HTTPResponse.Status, elapsed: Duration) {
        inFlight.subtract(1, ordering: .relaxed)
        let method = Self.knownMethods.contains(method.rawValue) ? method.rawValue : "other"
        let series = Series(method: method, route: route ?? "none", status: status.code)
        let (seconds, attoseconds) = elapsed.components
        let micros = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        let bucket = Self.bucketMicros.firstIndex { micros <= $0 }
        counts.withLock { counts in
            counts[series, default: Counts()].add(micros, bucket: bucket)
        }
    }

    /// Everything so far, in a stable order.
    func snapshot() -> (inFlight: Int, series: [(Series, Counts)]) {
        let counts = counts.withLock { $0 }
        return (inFlight.load(ordering: .relaxed), counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
}

extension HTTPMetrics.Counts {
    fileprivate mutating func add(_ micros: Int64, bucket: Int?) {
        requests += 1
        totalMicros += micros
        if let bucket { buckets[bucket] += 1 }
    }
}
