import Foundation

/// A member, with the partition that their id leads to.
struct Place: Hashable, Sendable {
    let member: UUID
    let partition: Int32

    init(_ member: UUID, in partition: Int) {
        (self.member, self.partition) = (member, Int32(truncatingIfNeeded: partition))
    }
}

/// What a report makes of some events of one partition.
struct ReportShare: Sendable {
    /// What is to be remembered of members, encoded.
    var memos: [UUID: [UInt8]] = [:]
    var sums = ReportSums()
}
