/// Where a page of one partition begins and ends.
struct FollowedSpan: Sendable {
    let partition: Int
    /// Where the checkpoint stands before it.
    let after: Int64
    var last: Int64
}

/// What a follower has taken in beyond its checkpoints, and not written yet.
struct UnwrittenPages: Sendable {
    private(set) var spans: [Int: FollowedSpan] = [:]
    private(set) var events = 0
    private var since: ContinuousClock.Instant?

    /// Events that are written together at most, and one page.
    static let most = 65_536
    /// So long at most is anything left unwritten while much comes.
    static let longest = Duration.seconds(4)
    /// Events at once that are much: while they come, what they change is likely to change again.
    static let much = 250

    var isEmpty: Bool { spans.isEmpty }
    var isFull: Bool { events >= Self.most }
    /// Whether any of it has waited as long as it may.
    var isOld: Bool { since.map { ContinuousClock.now - $0 >= Self.longest } ?? false }

    /// - Parameter taken: how many events have come since it was asked last.
    func isDue(havingTaken taken: Int) -> Bool {
        !isEmpty && (taken < Self.much || isOld)
    }

    /// The position up to which a partition is taken; -1 where it stands at its checkpoint.
    func end(of partition: Int) -> Int64 { spans[partition]?.last ?? -1 }

    mutating func add(_ pages: [FollowedPage]) {
        for page in pages {
            spans[page.partition, default: page.span].last = page.last
            events += page.events.count
        }
        since = since ?? .now
    }
}
