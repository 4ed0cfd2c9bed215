/// Pauses between attempts to reconnect: doubling up to a limit, with jitter so that many clients of a restarted
/// server do not return in step.
struct Backoff {
    let minimum: Int64
    let maximum: Int64
    private(set) var failures = 0

    init(minimum: Duration, maximum: Duration) {
        self.minimum = max(1, minimum.nanoseconds)
        self.maximum = max(self.minimum, maximum.nanoseconds)
    }

    /// The next pause in nanoseconds: between half of the doubled pause and the whole.
    mutating func next(using generator: inout some RandomNumberGenerator) -> Int64 {
        var ceiling = minimum
        for _ in 0..<min(failures, 62) where ceiling < maximum {
            ceiling = ceiling > maximum / 2 ? maximum : ceiling * 2
        }
        failures += 1
        ceiling = min(ceiling, maximum)
        return Int64.random(in: (ceiling / 2)...ceiling, using: &generator)
    }

    mutating func succeeded() {
        failures = 0
    }
}
