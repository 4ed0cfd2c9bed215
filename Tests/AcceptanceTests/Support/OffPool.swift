import Foundation

/// Runs blocking work on a thread of its own, so that it never holds one that other tests need.
func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Swift.Result { try work() }) }
        thread.stackSize = 1 << 20
        thread.start()
    }
}

/// Runs as many pieces of blocking work at once, each on a thread of its own; their results in order.
func onThreads<Result: Sendable>(
    _ count: Int, _ work: @escaping @Sendable (_ number: Int) throws -> Result
) async throws -> [Result] {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        for number in 0..<count {
            group.addTask { (number, try await onThread { try work(number) }) }
        }
        var results: [Int: Result] = [:]
        for try await (number, result) in group { results[number] = result }
        return (0..<count).compactMap { results[$0] }
    }
}

/// What did not come about in time.
struct TookTooLong: Error, CustomStringConvertible {
    var description: String
}

/// Waits until a condition holds. Blocks: for threads of our own.
///
/// - Throws: ``TookTooLong``, with what was waited for and what `hint` says then.
func waitUntil(
    _ what: String, seconds: Double = 60, hint: () -> String = { "" }, _ holds: () throws -> Bool
) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try !holds() {
        guard ContinuousClock.now < end else {
            throw TookTooLong(description: "\(what) did not happen within \(seconds) s. \(hint())")
        }
        usleep(5_000)
    }
}
