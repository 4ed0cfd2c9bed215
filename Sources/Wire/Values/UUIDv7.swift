public import struct Foundation.UUID
private import Glibc
private import Synchronization

/// Makes time-ordered identifiers (RFC 9562, version 7): 48 bits of milliseconds, 12 bits of their fraction, 62 random.
///
/// Identifiers of one generator always grow, also when the clock stands still or goes back: then the fraction counts
/// on. Safe to share.
public final class UUIDv7Generator: Sendable {
    private struct State {
        /// Milliseconds since 1970 in units of 1/4096.
        var lastTick: UInt64 = 0
        var pool: [UInt64] = []
    }

    /// 256 bytes at a time: the most that `getentropy` gives at once.
    private static let poolSize = 32
    private let state = Mutex(State())

    /// A generator with an empty history.
    public init() {}

    /// The next identifier.
    /// - Parameter nowMicros: the present, microseconds since 1970-01-01 UTC; clamped to the years
    ///   1970 to 9999.
    public func next(nowMicros: Int64) -> UUID {
        let micros = UInt64(min(max(nowMicros, 0), RFC3339.latestMicros))
        let clockTick = (micros / 1000) << 12 | (micros % 1000) * 4096 / 1000
        let (tick, random) = state.withLock { state in
            state.lastTick = max(clockTick, state.lastTick + 1)
            if state.pool.isEmpty { state.pool = Self.randomWords() }
            return (state.lastTick, state.pool.popLast() ?? 0)
        }
        let high = (tick >> 12) << 16 | 0x7000 | (tick & 0xFFF)
        return UUID(high: high, low: random & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    /// The milliseconds since 1970-01-01 UTC in a version 7 identifier; nil for any other.
    public static func millis(of uuid: UUID) -> Int64? {
        let (high, low) = uuid.words
        guard high & 0xF000 == 0x7000, low >> 62 == 0b10 else { return nil }
        return Int64(high >> 16)
    }

    /// Many at a time: one system call each would cost more than everything else here.
    private static func randomWords() -> [UInt64] {
        let filled = [UInt64](unsafeUninitializedCapacity: poolSize) { buffer, count in
            let size = poolSize * MemoryLayout<UInt64>.size
            count = buffer.baseAddress.map { getentropy($0, size) } == 0 ? poolSize : 0
        }
        if !filled.isEmpty { return filled }
        var source = SystemRandomNumberGenerator()
        return (0..<poolSize).map { _ in source.next() }
    }
}
