/// Figures of one name, as a monitoring system collects them.
public struct MetricFamily: Sendable, Equatable {
    public enum Kind: String, Sendable { case counter, gauge, histogram }

    /// One figure, told from its neighbours by labels.
    public struct Sample: Sendable, Equatable {
        /// What follows the family's name: `_bucket`, `_sum`, `_count`.
        public var suffix = ""
        public var labels: [Label] = []
        public var value: Value

        public init(suffix: String = "", labels: [Label] = [], value: Value) {
            (self.suffix, self.labels, self.value) = (suffix, labels, value)
        }
    }

    public struct Label: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    public enum Value: Sendable, Equatable {
        case whole(Int64)
        /// Told in seconds.
        case micros(Int64)
    }

    /// Snake case; counters end with `_total`, durations with `_seconds`.
    public var name: String
    public var kind: Kind
    public var help: String
    public var samples: [Sample]

    public init(_ name: String, _ kind: Kind, _ help: String, samples: [Sample]) {
        (self.name, self.kind, self.help, self.samples) = (name, kind, help, samples)
    }

    /// A family of one figure without labels.
    static func one(_ name: String, _ kind: Kind, _ help: String, _ value: Value) -> MetricFamily {
        MetricFamily(name, kind, help, samples: [Sample(value: value)])
    }
}

/// Counts values by size. Bounds are the largest value of each bucket.
struct Histogram: Sendable {
    let bounds: [Int64]
    private var counts: [Int64]
    private var count: Int64 = 0
    private var sum: Int64 = 0

    init(bounds: [Int64]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count)
    }

    mutating func add(_ value: Int64) {
        count += 1
        sum = sum &+ value
        if let index = bounds.firstIndex(where: { value <= $0 }) { counts[index] += 1 }
    }

    /// - Parameter unit: makes a value of a number.
    func family(
        _ name: String, _ help: String, label: (Int64) -> String, unit: (Int64) -> MetricFamily.Value
    ) -> MetricFamily {
        var samples: [MetricFamily.Sample] = []
        var cumulative: Int64 = 0
        for (bound, count) in zip(bounds, counts) {
            cumulative += count
            samples.append(
                .init(suffix: "_bucket", labels: [.init("le", label(bound))], value: .whole(cumulative)))
        }
        samples.append(.init(suffix: "_bucket", labels: [.init("le", "+Inf")], value: .whole(count)))
        samples.append(.init(suffix: "_sum", value: unit(sum)))
        samples.append(.init(suffix: "_count", value: .whole(count)))
        return MetricFamily(name, .histogram, help, samples: samples)
    }
}
