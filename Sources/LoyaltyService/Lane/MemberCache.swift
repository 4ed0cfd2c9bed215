import Foundation
import Loyalty
import Wire

/// A member as recorded: the state and the version of the stream it is folded from.
struct KnownMember: Sendable {
    var version: Int64
    var state: MemberState
}

extension MemberState {
    /// Ids of the members who became this one.
    var absorbedIDs: [UUID] { absorbed.compactMap(UUIDText.parse) }
}

/// What a lane keeps from one batch to the next.
struct LaneMemory {
    var members: MemberCache
    /// The account table that the members were read from; nil before the first look.
    var generation: Int64?

    /// - Parameter capacity: at most so many members are held.
    init(capacity: Int) { members = MemberCache(capacity: capacity) }

    mutating func forget(_ ids: [UUID]) {
        for id in ids { members[id] = nil }
    }

    /// The account table is another one: nothing that was read from the old one holds.
    mutating func forgetAll() {
        members.removeAll()
        generation = nil
    }
}

/// Members that a lane has just dealt with, bounded. A stale one does no harm: the log refuses what was decided on it.
struct MemberCache {
    private var young: [UUID: KnownMember] = [:]
    private var old: [UUID: KnownMember] = [:]
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
            if young.count >= half { (old, young) = (young, [:]) }
        }
    }

    mutating func removeAll() { (young, old) = ([:], [:]) }
}
