import Testing

@testable import Loyalty

extension Till {
    /// Delivers random histories in random order and checks the member behind every delivery. What fails is told with the
    /// seed that repeats it.
    static func eachDelivery(
        under programme: Programme, share: Int = 40, check: (Till) throws -> Void
    ) throws {
        for seed in Property.seeds(share: share) {
            var till = Till(programme)
            for step in steps(seed: seed) {
                do {
                    do { try till.deliver(step.command, at: step.at) } catch .rejected { continue }
                    try check(till)
                } catch {
                    Issue.record("TREUE_PROPERTY_SEED=\(seed), behind \(step): \(error)")
                    throw error
                }
            }
        }
    }

    /// A random history in a random order.
    static func steps(seed: UInt64) -> [History.Step] {
        var random = SplitMix64(seed: seed)
        var steps = History(using: &random).steps
        steps.shuffle(using: &random)
        return steps
    }
}
