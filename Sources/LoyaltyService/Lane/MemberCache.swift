import Foundation
import Loyalty
import Synchronization
import Wire

/// A member as recorded: the state and the version of the stream it is folded from. A class, because a state has many parts
/// and is handed on many times between two changes.
final class KnownMember: Sendable {
    let version: Int64
    let state: MemberState

    init(version: Int64, state: MemberState) { (self.version, self.state) = (version, state) }
}

extension MemberState {
    /// Ids of the members who became this one.
    var absorbedIDs: [UUID] { absorbed.compactMap(UUIDText.parse) }
}

/// What the lanes of a service keep from one batch to the next, together: a member meets one lane now and another then.
///
/// Only what is committed gets here. What another process has made stale does no harm: the log refuses what was decided
/// on it. What is let go is let go outside the lock: it is much at a time.
final class LaneMemory: Sendable {
    private struct State {
        var members: MemberCache
        /// The account table that the members were read from; nil before the first look.
        var generation: Int64?
    }

    private let state: Mutex<State>

    /// - Parameter capacity: at most so many members are held.
    init(capacity: Int) { state = Mutex(State(members: MemberCache(capacity: capacity))) }

    var generation: Int64? { state.withLock(\.generation) }

    /// Which account table is read from now on, where nobody has looked before.
    func begin(_ generation: Int64) {
        state.withLock { state in
            if state.generation == nil { state.generation = generation }
        }
    }

    func members(_ ids: [UUID]) -> [UUID: KnownMember] {
        state.withLock { state in
            var found: [UUID: KnownMember] = [:]
            for id in ids { found[id] = state.members[id] }
            return (found, state.members.letGo())
        }.0
    }

    /// Keeps members, unless they rest on another account table than what is held, or later ones are held.
    func keep(_ members: [UUID: KnownMember], of generation: Int64?) {
        guard !members.isEmpty else { return }
        _ = state.withLock { state in
            guard state.generation == generation else { return [:] }
            for (id, member) in members where state.members[id].map({ $0.version < member.version }) ?? true {
                state.members[id] = member
            }
            return state.members.letGo()
        }
    }

    func forget(_ ids: [UUID]) {
        guard !ids.isEmpty else { return }
        state.withLock { state in
            for id in ids { state.members[id] = nil }
        }
    }

    /// The account table is another one than this: nothing that was read from it holds.
    func forgetAll(of generation: Int64?) {
        _ = state.withLock { state in
            guard state.generation == generation else { return [] }
            state.generation = nil
            return state.members.removeAll()
        }
    }
}

/// Members that were just dealt with, bounded.
struct MemberCache {
    private var young: [UUID: KnownMember] = [:]
    private var old: [UUID: KnownMember] = [:]
    private var past: [UUID: KnownMember] = [:]
    private let half: Int

    /// - Parameter capacity: at most so many members are held.
    init(capacity: Int) { half = max(1, capacity / 2) }

    var count: Int { young.count + old.count }

    subscript(id: UUID) -> KnownMember? {
        mutating get {
            if let known = young[id] { return known }
            guard let known = old.removeValue(forKey: id) else { return nil }
            self[id] = known
            return known
        }
        set {
            old[id] = nil
            young[id] = newValue
            if young.count >= half { (past, old, young) = (old, young, [:]) }
        }
    }

    /// Hands out what is past, for whoever holds a lock to let it go behind that.
    mutating func letGo() -> [UUID: KnownMember] {
        defer { past = [:] }
        return past
    }

    /// Forgets all, and hands it out.
    mutating func removeAll() -> [[UUID: KnownMember]] {
        defer { (young, old, past) = ([:], [:], [:]) }
        return [young, old, past]
    }
}
