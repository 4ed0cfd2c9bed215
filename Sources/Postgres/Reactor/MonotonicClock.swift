import Foundation

/// Nanoseconds of the monotonic clock.
func monotonicNanos() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// A later instant, clamped instead of overflowing.
func instant(_ now: Int64, plus nanos: Int64) -> Int64 {
    let (sum, overflow) = now.addingReportingOverflow(nanos)
    return overflow ? .max : sum
}
