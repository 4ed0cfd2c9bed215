public import EventLog
import Foundation
import Loyalty
public import Postgres
import Wire

/// Keeps the state of whoever has very many events, once every so many of them: a question about the past then folds what
/// lies between two snapshots, and not a whole life.
public struct SnapshotConsumer: LogConsumer {
    public let name = SnapshotStore.follower
    private let log: EventLog
    private let stride: Int64

    /// - Parameter stride: events between two snapshots.
    public init(log: EventLog, stride: Int64 = 500) { (self.log, self.stride) = (log, stride) }

    /// Nobody waits for them.
    public var gathering: Duration { .seconds(1) }

    public func handle(_ events: [RecordedEvent], on lease: PostgresLease) async throws {
        var due: [UUID: Int64] = [:]
        for event in events where event.streamType == AccountProjection.streamType && event.version % stride == 0 {
            due[event.stream] = event.version
        }
        for (member, version) in due { try await keep(member, upTo: version, on: lease) }
    }

    /// From the last snapshot on.
    private func keep(_ member: UUID, upTo version: Int64, on lease: PostgresLease) async throws {
        let store = SnapshotStore(log: log)
        var mark = try await store.marks(of: member, upTo: version, on: lease).last?.onward ?? SnapshotMark()
        var state = try await store.state(of: member, at: mark.version, on: lease).map(StateCodec.decode)
        while mark.version < version {
            let page = try await log.events(of: member, after: mark.version, limit: Int(stride), on: lease)
            guard !page.isEmpty else { return }
            for event in page {
                let dated = try DatedEvent(event)
                if state == nil { state = MemberState(beginningWith: dated) } else { try state?.evolve(dated) }
                mark.move(to: event)
                guard event.version % stride == 0, let state else { continue }
                try await store.keep(StateCodec.encode(state), of: member, at: mark, on: lease)
                mark = mark.onward
            }
        }
    }
}
