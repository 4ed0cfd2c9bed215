import Foundation

/// Walks one partition from its first event: positions, links, places. Pure; the events are fed in.
struct ChainChecker {
    private let log: EventLog
    private let partition: Int
    private var digest = EventDigest()
    private var last: Int64 = 0
    /// What the next event may be linked to: the last event's stored hash, and the one it should have. They differ
    /// after damage, and either of them may be the whole one. Empty after a gap: the link is then unknown.
    private var links: [[UInt8]]
    /// What an auditor saw at one position.
    private let seen: LogHead?

    init(_ partition: Int, of log: EventLog, seen: LogHead? = nil) {
        self.log = log
        self.partition = partition
        self.seen = seen
        links = [HashChain.beginning(of: partition, in: log.id)]
    }

    mutating func check(_ event: RecordedEvent) -> [LogFinding] {
        var findings: [LogFinding] = []
        if event.position != last + 1 {
            // Ordered by position, so the only other case is one below 1.
            let detail =
                event.position <= last
                ? "a position that no event can have" : "positions \(last + 1) to \(event.position - 1) are missing"
            findings.append(finding(.gap, at: min(last + 1, event.position), detail))
            links = []
        }
        if log.partition(of: event.stream) != partition {
            findings.append(
                finding(
                    .wrongPartition, at: event.position,
                    "stream \(event.stream) belongs to partition \(log.partition(of: event.stream))"))
        }
        let digest = digest.digest(event)
        let expected = links.map { HashChain.link(after: $0, position: event.position, digest: digest) }
        let isLinked = expected.contains(event.hash)
        if !isLinked, !links.isEmpty {
            let detail =
                links.count == 1
                ? "the event is not the one that was hashed" : "it does not follow from the damaged event before it"
            findings.append(finding(.hashMismatch, at: event.position, detail))
        }
        if let seen, seen.position == event.position, seen.hash != event.hash {
            let detail = "the event is not the one that the checkpoint saw: it, or one before it, was changed"
            findings.append(finding(.checkpointMismatch, at: event.position, detail))
        }
        links = [event.hash] + (isLinked ? [] : expected.prefix(1))
        last = event.position
        return findings
    }

    /// After the last event.
    func finish(head: LogHead?) -> [LogFinding] { compare(head) + compareWithSeen() }

    private func compareWithSeen() -> [LogFinding] {
        guard let seen else { return [] }
        if seen.position > last {
            let detail = "the checkpoint saw events up to \(seen.position), the last one now is \(last)"
            return [finding(.checkpointMismatch, at: last + 1, detail)]
        }
        if seen.position == 0, seen.hash != HashChain.beginning(of: partition, in: log.id) {
            return [finding(.checkpointMismatch, at: 0, "the partition does not begin as the checkpoint saw it")]
        }
        return []
    }

    private func compare(_ head: LogHead?) -> [LogFinding] {
        guard let head else {
            return [finding(.headMismatch, at: last, "the partition has no head")]
        }
        if head.position > last {
            return [finding(.gap, at: last + 1, "positions \(last + 1) to \(head.position) are missing at the end")]
        }
        if head.position < last {
            let detail = "the head is at \(head.position), but there are events up to \(last)"
            return [finding(.headMismatch, at: head.position + 1, detail)]
        }
        if !links.contains(head.hash), !links.isEmpty {
            return [finding(.headMismatch, at: last, "the head's hash is not the last event's")]
        }
        return []
    }

    private func finding(_ kind: LogFinding.Kind, at position: Int64, _ detail: String) -> LogFinding {
        LogFinding(partition: partition, position: position, kind: kind, detail: detail)
    }
}
