import EventLog
import Foundation
import Loyalty
import Postgres
import Synchronization
import Wire

/// Reads accounts for many callers at once: who asks while a query is under way goes into the next one, together with
/// all others. The database is asked behind every single call, so that an answer holds whatever any server wrote before;
/// but where it says that a partition ends where it ended, or only this process has gone on since, what is known of its
/// members is neither sent nor decoded again.
final class AccountReader: Sendable {
    typealias Waiter = @Sendable (Result<KnownMember, any Error>) -> Void
    private typealias Found = [UUID: Result<KnownMember, any Error>]

    private struct State {
        var waiting: [(member: UUID, waiter: Waiter)] = []
        var queries = 0
        var known: KnownAccounts
    }

    private let log: EventLog
    private let client: PostgresClient
    private let window: EventWindow
    private let state: Mutex<State>

    /// Members asked for in one query at most.
    private static let mostMembers = 256
    /// Queries under way at most: while one is worked at by the database, the answers of another are written.
    private static let mostQueries = 2

    /// - Parameters:
    ///   - window: knows whose events this process has appended.
    ///   - capacity: states held at most.
    init(log: EventLog, client: PostgresClient, window: EventWindow, capacity: Int) {
        (self.log, self.client, self.window) = (log, client, window)
        state = Mutex(State(known: KnownAccounts(capacity: capacity, partitions: log.partitions)))
    }

    /// The member as recorded at a moment after the call.
    ///
    /// - Throws: ``ServiceError/memberNotFound``, `PostgresError`, `CodecError`.
    func account(of member: UUID) async throws -> KnownMember {
        let found = await withCheckedContinuation { continuation in
            account(of: member) { continuation.resume(returning: $0) }
        }
        return try found.get()
    }

    /// The same; `waiter` is called once, on the client's thread.
    func account(of member: UUID, waiter: @escaping Waiter) {
        let begins = state.withLock { state in
            state.waiting.append((member, waiter))
            guard state.queries < Self.mostQueries else { return false }
            state.queries += 1
            return true
        }
        // A task of its own: others wait for its answers too, whatever becomes of the caller.
        if begins { Task(executorPreference: client.executor) { await self.readAll() } }
    }

    /// Asks until nobody waits.
    private func readAll() async {
        while let batch = nextBatch() {
            do {
                let found = try await read(Set(batch.map(\.member)))
                for (member, waiter) in batch {
                    waiter(found[member] ?? .failure(ServiceError.memberNotFound))
                }
            } catch {
                for (_, waiter) in batch { waiter(.failure(error)) }
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

    private func read(_ members: Set<UUID>) async throws -> Found {
        // Whoever is a stranger is read at once.
        let remembered = state.withLock { state in
            members.filter { state.known.remembers($0, of: log.partition(of: $0)) }
        }
        var found = try await known(remembered)
        let missing = members.filter { found[$0] == nil }
        guard !missing.isEmpty else { return found }
        let now = try await log.accountsNow(of: Array(missing), on: client)
        let read = now.rows.map { row, position in
            let member = Result<KnownMember, any Error> {
                KnownMember(version: row.version, state: try StateCodec.decode(row.state))
            }
            return (id: row.member, member: member, position: position)
        }
        state.withLock { state in
            for (id, member, position) in read {
                guard case .success(let member) = member else { continue }
                let partition = log.partition(of: id)
                state.known.keep(member, as: id, of: partition, at: position, in: now.generation) { after in
                    window.between(after, and: position, of: partition)
                }
            }
        }
        for (id, member, _) in read { found[id] = member }
        return found
    }

    /// Those of whom is certain that nothing new is in the log.
    private func known(_ members: Set<UUID>) async throws -> Found {
        guard !members.isEmpty else { return [:] }
        let ends = try await log.ends(of: Set(members.map(log.partition(of:))), on: client)
        return state.withLock { state in
            for (partition, position) in ends.positions {
                state.known.advance(partition, to: position, in: ends.generation) { after in
                    window.between(after, and: position, of: partition)
                }
            }
            var found: Found = [:]
            found.reserveCapacity(members.count)
            for member in members {
                if let known = state.known.member(member, of: log.partition(of: member)) {
                    found[member] = .success(known)
                }
            }
            return found
        }
    }
}

/// Members that were read, as long as nothing was recorded for them. Bounded.
struct KnownAccounts {
    private struct Partition {
        /// What is known of its members holds up to here.
        var position: Int64
        var members: MemberCache
        /// Whether the partition ended here when it was looked at last.
        var isCurrent = true
        /// The end whose last events were about to be known.
        var awaited: Int64?
    }

    private var partitions: [Int: Partition] = [:]
    /// The account table that they were read from.
    private var generation: Int64 = 0
    private let share: Int

    init(capacity: Int, partitions: Int) { share = max(2, capacity / max(1, partitions)) }

    /// The partition was seen to end here.
    ///
    /// - Parameter between: whose events stand behind a position up to this end.
    mutating func advance(
        _ number: Int, to position: Int64, in generation: Int64, between: (_ after: Int64) -> EventWindow.Between
    ) {
        if self.generation != generation { (self.generation, partitions) = (generation, [:]) }
        var partition = partitions.removeValue(forKey: number) ?? Partition(position: position, members: empty)
        partition.isCurrent = true
        if partition.position < position {
            switch between(partition.position) {
            case .known(let changed): for member in changed { partition.members[member] = nil }
            case .soon where partition.awaited != position:
                (partition.isCurrent, partition.awaited) = (false, position)
            // They did not come: somebody else has written them.
            case .soon, .unknown: partition.members = empty
            }
        } else if partition.position > position {
            // Two looks have overtaken each other, or the database was put back to an earlier state.
            partition.members = empty
        }
        if partition.isCurrent { partition.position = position }
        partitions[number] = partition
    }

    /// Whether anything is known of the member, perhaps of yesterday.
    mutating func remembers(_ id: UUID, of partition: Int) -> Bool { partitions[partition]?.members[id] != nil }

    mutating func member(_ id: UUID, of partition: Int) -> KnownMember? {
        guard partitions[partition]?.isCurrent == true else { return nil }
        return partitions[partition]?.members[id]
    }

    /// Keeps what was read when the partition ended there, unless it is known to go on.
    ///
    /// - Parameter between: as in ``advance(_:to:in:between:)``.
    mutating func keep(
        _ member: KnownMember, as id: UUID, of partition: Int, at position: Int64, in generation: Int64,
        between: (_ after: Int64) -> EventWindow.Between
    ) {
        if partitions[partition].map({ $0.position < position }) ?? true {
            advance(partition, to: position, in: generation, between: between)
        }
        guard self.generation == generation, partitions[partition]?.position == position else { return }
        partitions[partition]?.members[id] = member
    }

    private var empty: MemberCache { MemberCache(capacity: share) }
}
