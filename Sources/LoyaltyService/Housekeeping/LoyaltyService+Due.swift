import EventLog
import Foundation
import Logging
public import Loyalty
import Postgres
import Wire

/// What nobody waits for. Every answer is right without it: it writes down what has fallen due, so that who follows the log
/// hears of it; carries out what a server left half done; and notices what other servers published.
extension LoyaltyService {
    /// Goes on until it is cancelled.
    func keepUp() async {
        var round = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            if Task.isCancelled { return }
            round += 1
            await attempt("refresh of programmes") { try await refreshProgrammes() }
            if round % 10 == 0 { await attempt("errands") { try await finishErrands(at: clock()) } }
            if round % configuration.settleEverySeconds == 0 {
                await attempt("what has fallen due") { _ = try await settleDue(at: clock()) }
            }
        }
    }

    private func attempt(_ what: String, _ work: () async throws -> Void) async {
        do {
            try await work()
        } catch {
            if !Task.isCancelled {
                logger.warning("housekeeping failed", metadata: ["what": "\(what)", "error": "\(error)"])
            }
        }
    }

    /// Takes over what was published since, here or elsewhere.
    public func refreshProgrammes() async throws {
        let count = try await client.query("SELECT count(*) FROM treue.programme", []).first?.int8(0) ?? 0
        guard programmes.noteCount(count) else { return }
        let published = try await ProgrammeBook.published(on: client)
        if !published.isEmpty { programmes.replace(with: published) }
    }

    /// Records what has fallen due, for every member. May be late, run twice at once or never: no answer depends on it.
    ///
    /// - Returns: for how many members something was recorded.
    public func settleDue(at: Instant) async throws -> Int {
        var settled = 0
        for partition in 0..<log.partitions {
            var last = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
            while !Task.isCancelled {
                let rows = try await client.query(
                    """
                    SELECT member_id, state FROM treue.account
                     WHERE partition = $1 AND member_id > $2 ORDER BY member_id LIMIT 500
                    """, [.int4(Int32(truncatingIfNeeded: partition)), .uuid(last)])
                var due: [UUID] = []
                var count = 0
                for row in rows {
                    count += 1
                    last = try row.uuid(0)
                    let state = try StateCodec.decode(try row.bytes(1))
                    guard state.identity != .erased, state.mergedInto == nil,
                        let programme = programmes[state.programme]
                    else { continue }
                    if let next = state.nextDue(under: programme, by: at), next.at <= at { due.append(last) }
                }
                settled += await settle(due, at: at)
                if count < 500 { break }
            }
        }
        return settled
    }

    /// Records what has fallen due for these members; answers for how many.
    @discardableResult
    func settle(_ members: [UUID], at: Instant) async -> Int {
        let requests = members.map { LaneRequest(memberID: $0, work: .command(.settle, at: at, nil), newcomer: nil) }
        return await submit(requests).count { if case .success = $0 { true } else { false } }
    }
}
