import EventLog
import Foundation
import Loyalty
import Postgres
import Synchronization
import Wire

/// Reads accounts for many callers at once: who asks while a query is under way goes into the next one, together with
/// all others. The database is asked for every single read, so that an answer holds whatever any server wrote before;
/// but a state that is still at the version that was read before is neither sent nor decoded again.
final class AccountReader: Sendable {
    private typealias Waiter = CheckedContinuation<Result<KnownMember, any Error>, Never>

    private struct State {
        var waiting: [(member: UUID, waiter: Waiter)] = []
        var queries = 0
        var known: MemberCache
        /// The account table that `known` was read from.
        var generation: Int64?
    }

    private let log: EventLog
    private let client: PostgresClient
    private let state: Mutex<State>

    /// Members asked for in one query at most.
    private static let mostMembers = 256
    /// Queries under way at most: while one is worked at by the database, the answers of another are written.
    private static let mostQueries = 2

    /// - Parameter capacity: states held at most.
    init(log: EventLog, client: PostgresClient, capacity: Int) {
        (self.log, self.client) = (log, client)
        state = Mutex(State(known: MemberCache(capacity: capacity)))
    }

    /// The member as recorded at a moment after the call.
    ///
    /// - Throws: ``ServiceError/memberNotFound``, `PostgresError`, `CodecError`.
    func account(of member: UUID) async throws -> KnownMember {
        let found = await withCheckedContinuation { waiter in
            let begins = state.withLock { state in
                state.waiting.append((member, waiter))
                guard state.queries < Self.mostQueries else { return false }
                state.queries += 1
                return true
            }
            // A task of its own: others wait for its answers too, whatever becomes of the caller.
            if begins { Task { await readAll() } }
        }
        return try found.get()
    }

    /// Asks until nobody waits.
    private func readAll() async {
        while let batch = nextBatch() {
            do {
                let found = try await read(Array(Set(batch.map(\.member))))
                for (member, waiter) in batch {
                    waiter.resume(returning: found[member] ?? .failure(ServiceError.memberNotFound))
                }
            } catch {
                for (_, waiter) in batch { waiter.resume(returning: .failure(error)) }
            }
        }
    }

    private func nextBatch() -> [(member: UUID, waiter: Waiter)]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.queries -= 1
                return nil
            }
            let batch = Array(state.waiting.prefix(Self.mostMembers))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    private func read(_ members: [UUID]) async throws -> [UUID: Result<KnownMember, any Error>] {
        let (known, generation) = state.withLock { state in
            (members.map { state.known[$0] }, state.generation)
        }
        let rows = try await log.accounts(
            of: members, knownVersions: known.map { $0?.version ?? 0 }, generation: generation, on: client)
        var found: [UUID: Result<KnownMember, any Error>] = [:]
        found.reserveCapacity(rows.accounts.count)
        var fresh: [(UUID, KnownMember)] = []
        for row in rows.accounts {
            if let bytes = row.state {
                let member: Result<KnownMember, any Error> = Result {
                    KnownMember(version: row.version, state: try StateCodec.decode(bytes))
                }
                found[members[row.index]] = member
                if case .success(let member) = member { fresh.append((members[row.index], member)) }
            } else if let member = known[row.index] {
                found[members[row.index]] = .success(member)
            }
        }
        remember(fresh, of: rows.generation)
        return found
    }

    private func remember(_ fresh: [(UUID, KnownMember)], of generation: Int64) {
        state.withLock { state in
            if state.generation != generation {
                // A query that began before the swap may end after one that began behind it: what it knows is old.
                guard state.generation.map({ $0 < generation }) ?? true else { return }
                state.known.removeAll()
                state.generation = generation
            }
            for (id, member) in fresh {
                // Another query may have read a later version meanwhile.
                if let there = state.known[id], there.version > member.version { continue }
                state.known[id] = member
            }
        }
    }
}
