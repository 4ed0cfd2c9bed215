import Synchronization

/// What the recorder has done: how much it took at a time, and how long that was on its way to disk.
final class LaneFigures: Sendable {
    private struct State {
        var sizes = Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
        var commits = Histogram(bounds: [
            500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000,
        ])
    }

    private let state = Mutex(State())
    private let overtaken = Atomic<Int64>(0)

    /// Decisions that the log refused, because somebody else had written the member since.
    var timesOvertaken: Int64 { overtaken.load(ordering: .relaxed) }

    func noteOvertaken() { overtaken.wrappingAdd(1, ordering: .relaxed) }

    /// A batch was decided and committed.
    func note(requests: Int, elapsed: Duration) {
        state.withLock { state in
            state.sizes.add(Int64(requests))
            state.commits.add(elapsed.micros)
        }
    }

    var families: [MetricFamily] {
        let (sizes, commits) = state.withLock { ($0.sizes, $0.commits) }
        return [
            sizes.family(
                "treue_batch_requests", "Commands that were committed together.", label: { "\($0)" },
                unit: { .whole($0) }),
            commits.family(
                "treue_commit_duration_seconds", "From taking a batch to its commit on disk.",
                label: { MetricFamily.Value.micros($0).text }, unit: { .micros($0) }),
            .one(
                "treue_overtaken_total", .counter,
                "Decisions made again, because another lane or server had written the member since.",
                .whole(timesOvertaken)),
        ]
    }
}

extension MetricFamily.Value {
    /// As Prometheus reads it: without exponent.
    public var text: String {
        switch self {
        case .whole(let number): return String(number)
        case .micros(let micros):
            let (whole, part) = micros.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
            var digits = String(part)
            digits = String(repeating: "0", count: 6 - digits.utf8.count) + digits
            while digits.last == "0" { digits.removeLast() }
            return (micros < 0 ? "-" : "") + "\(whole)" + (digits.isEmpty ? "" : ".\(digits)")
        }
    }
}
