import EventLog
import Foundation
import Logging
import Loyalty

/// What a service does by itself, off every request's path.
extension LoyaltyService {
    /// Notes uses of keys and forgets old answers, until the task is cancelled; then notes what is left.
    func keepHouse() async {
        var round = 0
        while !Task.isCancelled {
            if round % Self.roundsPerCleaning == 0 { await forgetOldAnswers() }
            round += 1
            try? await Task.sleep(for: Self.roundLength)
            await noteUses()
        }
    }

    private static var roundLength: Duration { .seconds(10) }
    private static var roundsPerCleaning: Int { 60 }

    /// Writes when each key was last used, all in one statement.
    func noteUses() async {
        let uses = keyCache.takeUses()
        guard !uses.isEmpty else { return }
        let write = Task { try await APIKeyStore().touch(uses, on: client) }
        do {
            // In a task of its own, which nobody cancels: the last uses are noted while the service ends.
            try await write.value
        } catch {
            logger.debug("last uses of keys were not noted", metadata: ["error": "\(error)"])
        }
    }

    /// Deletes kept answers that are older than the bound.
    func forgetOldAnswers() async {
        let bound = clock().micros - Int64(answersKeptDays) * 86_400_000_000
        do {
            var gone = Self.mostForgotten
            while gone == Self.mostForgotten, !Task.isCancelled {
                gone = try await IdempotencyStore().forget(
                    olderThanMicros: bound, limit: Self.mostForgotten, on: client)
            }
        } catch {
            logger.warning("old answers were not deleted", metadata: ["error": "\(error)"])
        }
    }

    private static var mostForgotten: Int { 1_000 }
}
