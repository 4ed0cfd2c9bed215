import Foundation

/// A generator whose whole sequence follows from a printed seed (Steele, Lea, Flood: “Fast splittable pseudorandom
/// number generators”, 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True once in `sides` times.
    mutating func oneIn(_ sides: Int) -> Bool { Int.random(in: 1...sides, using: &self) == 1 }
}

/// On how many random histories the properties are tried between them, and from which seed; both come from the environment, so that a
/// failure can be repeated: `TREUE_PROPERTY_SEED=… TREUE_PROPERTY_RUNS=1`.
enum Property {
    static let runs = environment("TREUE_PROPERTY_RUNS").map { Int(clamping: $0) } ?? 800
    static let seed = environment("TREUE_PROPERTY_SEED") ?? 20_261_122

    /// One seed for each run. `share` divides the number of runs for properties that cost more.
    static func seeds(share: Int = 1) -> [UInt64] {
        (0..<UInt64(max(1, runs / share))).map { seed &+ $0 }
    }

    private static func environment(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }
}
