import Foundation
import Loyalty
import Synchronization

/// Keys that were found valid a moment ago, so that a busy till costs neither a keyed hash nor a question to the
/// database for each request. Bounded. A revoked key ends within ``lifetime`` on every server.
final class PrincipalCache: Sendable {
    /// What is known of a key.
    enum Finding: Equatable {
        case valid(Principal)
        /// Valid a moment ago: whoever is told so asks the database, while others go on with what is known.
        case due(Principal)
        case unknown
    }

    fileprivate struct Entry {
        var principal: Principal
        var since: Instant
        var due: Instant
        var until: Instant
        var usedAt: Instant
        /// The last use that has been taken for the database.
        var notedAt: Instant
    }

    fileprivate struct State {
        var entries: [TokenDigest: Entry] = [:]
        /// Uses of keys that are in `entries` no more.
        var uses: [UUID: Instant] = [:]
    }

    /// Microseconds after which the database is asked again.
    static let refresh: Int64 = 1_000_000
    /// Microseconds that a key is taken for valid at most without asking.
    static let lifetime: Int64 = 3_000_000
    private static let most = 10_000
    private let state = Mutex(State())

    func find(_ token: TokenDigest, at: Instant) -> Finding {
        state.withLock { state in
            guard let index = state.entries.index(forKey: token) else { return .unknown }
            let entry = state.entries.values[index]
            // A clock that was set back makes nothing valid for longer.
            guard at < entry.until, entry.since.micros <= at.micros + Self.refresh else {
                state.drop(token)
                return .unknown
            }
            state.entries.values[index].usedAt = max(entry.usedAt, at)
            guard at >= entry.due else { return .valid(entry.principal) }
            state.entries.values[index].due = Instant(micros: at.micros + Self.refresh)
            return .due(entry.principal)
        }
    }

    /// Whom a key that was found valid a moment ago belongs to. Whoever is told nil finds out whether it is due.
    func fresh(_ token: TokenDigest, at: Instant) -> Principal? {
        state.withLock { state in
            guard let index = state.entries.index(forKey: token) else { return nil }
            let entry = state.entries.values[index]
            guard at < entry.until, at < entry.due, entry.since.micros <= at.micros + Self.refresh else { return nil }
            state.entries.values[index].usedAt = max(entry.usedAt, at)
            return entry.principal
        }
    }

    /// - Parameter end: when the key or its secret ends.
    func remember(_ principal: Principal, _ token: TokenDigest, at: Instant, end: Instant?) {
        let until = Instant(micros: at.micros + Self.lifetime)
        state.withLock { state in
            if state.entries[token] == nil, state.entries.count >= Self.most { state.dropAll() }
            let noted = state.entries[token]?.notedAt ?? Instant(micros: .min)
            state.entries[token] = Entry(
                principal: principal, since: at, due: Instant(micros: at.micros + Self.refresh),
                until: end.map { min($0, until) } ?? until, usedAt: at, notedAt: noted)
        }
    }

    func forget(_ token: TokenDigest) { state.withLock { $0.drop(token) } }

    func forgetAll() { state.withLock { $0.dropAll() } }

    /// When each key was last used, where that is later than at the last call.
    func takeUses() -> [(id: UUID, atMicros: Int64)] {
        state.withLock { state in
            for index in state.entries.indices {
                let entry = state.entries.values[index]
                state.note(entry)
                state.entries.values[index].notedAt = entry.usedAt
            }
            defer { state.uses = [:] }
            return state.uses.map { ($0.key, $0.value.micros) }
        }
    }
}

extension PrincipalCache.State {
    fileprivate mutating func note(_ entry: PrincipalCache.Entry) {
        guard entry.usedAt > entry.notedAt else { return }
        let id = entry.principal.keyID
        uses[id] = max(uses[id] ?? entry.usedAt, entry.usedAt)
    }

    fileprivate mutating func drop(_ token: TokenDigest) {
        if let entry = entries.removeValue(forKey: token) { note(entry) }
    }

    fileprivate mutating func dropAll() {
        for entry in entries.values { note(entry) }
        entries.removeAll(keepingCapacity: true)
    }
}
