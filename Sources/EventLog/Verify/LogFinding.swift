/// Something wrong with the log, named by where it is.
public struct LogFinding: Sendable, Equatable {
    /// What kind of damage; `rawValue` is stable.
    public enum Kind: String, Sendable, CaseIterable {
        /// The event's bytes, or its link to the one before, are not those that were hashed.
        case hashMismatch = "hash_mismatch"
        /// Positions are missing, from `position` on.
        case gap
        /// The partition's head is not where, or not what, its last event is.
        case headMismatch = "head_mismatch"
        /// The stream's versions are not 1, 2, 3 … in order of position.
        case versionGap = "version_gap"
        /// The event's stream belongs to another partition.
        case wrongPartition = "wrong_partition"
        /// The log is not the one whose heads were signed: it was changed, or cut off, before them.
        case checkpointMismatch = "checkpoint_mismatch"
    }

    public let partition: Int
    public let position: Int64
    public let kind: Kind
    /// A sentence for people.
    public let detail: String
}

extension LogFinding: CustomStringConvertible {
    public var description: String {
        "partition \(partition), position \(position): \(kind.rawValue): \(detail)"
    }
}
