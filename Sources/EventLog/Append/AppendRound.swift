import Foundation

/// Cuts a batch into calls of `treue.append`. A call may name a stream once and a key once; what repeats one waits for
/// a later call, which then finds the earlier outcome in the log.
struct AppendRound {
    /// Indices into the batch: what this call appends, by partition.
    private(set) var now: [Int] = []
    /// What has to wait for the next call, in the order of the batch.
    private(set) var later: [Int] = []

    /// Takes at least the first of `waiting`, so that a loop over rounds ends.
    init(of waiting: [Int], in batch: [StreamAppend], partition: (UUID) -> Int) {
        var streams: Set<UUID> = []
        var keys: Set<[UInt8]> = []
        var places: [(partition: Int, index: Int)] = []
        for index in waiting {
            let append = batch[index]
            let own = append.events.compactMap(\.key)
            // A stream whose first part waits has to wait too: parts of one stream keep their order.
            guard streams.insert(append.stream).inserted, keys.isDisjoint(with: own) else {
                later.append(index)
                continue
            }
            keys.formUnion(own)
            places.append((partition(append.stream), index))
        }
        now = places.sorted { ($0.partition, $0.index) < ($1.partition, $1.index) }.map(\.index)
    }

    /// Why the database could never take this, as far as can be told without asking it.
    static func fault(in append: StreamAppend) -> String? {
        if append.events.isEmpty {
            return "an append of no events"
        }
        if append.expectedVersion < 0 {
            return "a negative version is expected"
        }
        if append.events.contains(where: { $0.subjectMustBeNew && $0.subject == nil }) {
            return "a subject must be new but is not named"
        }
        let keys = append.events.compactMap(\.key)
        return keys.count == Set(keys).count ? nil : "two events of one append bear the same key"
    }
}
