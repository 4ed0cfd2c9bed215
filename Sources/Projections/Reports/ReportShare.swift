import Foundation

/// What a report makes of some events of one partition.
struct ReportShare: Sendable {
    /// What is to be remembered of members, encoded.
    var memos: [UUID: [UInt8]] = [:]
    var sums = ReportSums()
}
