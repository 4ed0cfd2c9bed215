import Foundation
import Loyalty

/// A member as recorded: the state and the version of the stream it is folded from.
struct KnownMember: Sendable {
    var version: Int64
    var state: MemberState
}

/// Members that a lane has just dealt with, bounded. A stale one does no harm: the log refuses what was decided on it.
struct MemberCache {
    private var young: [UUID: KnownMember] = [:]
    private var old: [UUID: KnownMember] = [:]
    private let generation: Int

    /// - Parameter capacity: at most so many members are held.
    init(capacity: Int) { generation = max(1, capacity / 2) }

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
            if young.count >= generation { (old, young) = (young, [:]) }
        }
    }
}
