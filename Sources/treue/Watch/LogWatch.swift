import EventLog
import Foundation
import LoyaltyService
import Postgres
import UnixSignals
import Wire

/// Hands on what is appended, as it comes, until Ctrl-C or SIGTERM.
struct LogWatch: Sendable {
    let client: PostgresClient
    let log: EventLog

    /// How long an event may go unnoticed when no notification comes.
    private static let pollInterval = Duration.milliseconds(500)

    func run(from heads: [LogHead], _ body: @escaping @Sendable ([RecordedEvent]) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return }
            }
            group.addTask { try await follow(from: heads, body) }
            _ = try await group.next()
            group.cancelAll()
        }
    }

    private func follow(
        from heads: [LogHead], _ body: @Sendable ([RecordedEvent]) async throws -> Void
    ) async throws {
        var tail = LogTail(log: log, after: heads)
        let (wakes, waker) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let notifications = Task {
            for await _ in client.listen(LogSignal.channel) { waker.yield() }
        }
        let ticks = Task {
            while (try? await Task.sleep(for: Self.pollInterval)) != nil { waker.yield() }
        }
        defer {
            notifications.cancel()
            ticks.cancel()
        }
        for await _ in wakes {
            while true {
                let events = try await tail.next(on: client)
                if events.isEmpty || Task.isCancelled { break }
                try await body(events)
            }
        }
    }
}

/// An event of the log as a line.
enum EventLine {
    static func text(_ event: RecordedEvent) -> String {
        let time = RFC3339.text(micros: event.recordedAtMicros)
        let data = String(decoding: event.data, as: UTF8.self)
        return "\(time)  \(event.type)  \(event.streamType) \(UUIDText.text(event.stream)) v\(event.version)  \(data)"
    }

    static func json(_ event: RecordedEvent) -> String {
        Output.object { writer in
            writer.member("partition", Int64(event.partition))
            writer.member("position", event.position)
            writer.member("stream_type", event.streamType)
            writer.member("stream_id", event.stream)
            writer.member("version", event.version)
            writer.member("type", event.type)
            writer.member("occurred_at", timeMicros: event.occurredAtMicros)
            writer.member("recorded_at", timeMicros: event.recordedAtMicros)
            writer.key("data")
            writer.raw(event.data)
            writer.key("metadata")
            if let metadata = Metadata.whole(of: event) { writer.raw(metadata) } else { writer.null() }
        }
    }

    /// At once, whoever reads: a pipe would else see it when a buffer is full.
    static func write(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
