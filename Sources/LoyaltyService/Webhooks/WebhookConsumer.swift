public import EventLog
import Foundation
public import Loyalty
public import Postgres
public import Wire

/// Turns the log into messages for the endpoints, in the transaction that moves the follower's checkpoint: the log is the
/// outbox, and each event makes each of its messages once.
public struct WebhookConsumer: LogConsumer {
    public let name = "webhooks"
    private let log: EventLog
    private let configuration: WebhookConfiguration
    private let clock: @Sendable () -> Instant
    private let ids = UUIDv7Generator()

    public init(
        log: EventLog, configuration: WebhookConfiguration = WebhookConfiguration(),
        clock: @escaping @Sendable () -> Instant
    ) {
        (self.log, self.configuration, self.clock) = (log, configuration, clock)
    }

    private static let anybody: PostgresStatement = "SELECT FROM treue.webhook_endpoint WHERE is_enabled LIMIT 1"

    private static let forget: PostgresStatement = """
        DELETE FROM treue.webhook_delivery WHERE member_id = ANY ($1) AND type = 'member.birthday'
        """

    /// While there is no endpoint, the log is not even read.
    public func isInterested(on connection: some PostgresQuerying) async throws -> Bool {
        try await !connection.query(Self.anybody, []).isEmpty
    }

    public func handle(_ events: [RecordedEvent], on lease: PostgresLease) async throws {
        let now = clock()
        let endpoints = try await WebhookEndpointStore().endpoints(at: now, on: lease).filter(\.isEnabled)
        guard !endpoints.isEmpty else { return }
        var new: [WebhookDeliveryStore.New] = []
        for event in events {
            for envelope in try Self.envelopes(of: event) {
                let wanting = endpoints.filter {
                    $0.wants(envelope.type) && $0.createdAt.micros <= event.recordedAtMicros
                }
                guard !wanting.isEmpty else { continue }
                let body = envelope.body(source: Self.source(of: log))
                new += wanting.map { delivery(of: envelope, body, for: $0, at: now) }
            }
        }
        let erased = events.filter { $0.type == "member.erased" }.map(\.stream)
        if !erased.isEmpty { _ = try await lease.query(Self.forget, [.uuidArray(erased)]) }
        let keepUntil = Instant(micros: now.micros + configuration.retention.micros)
        try await WebhookDeliveryStore().insert(new, at: now, keepUntil: keepUntil, on: lease)
    }

    /// What an event tells, whoever wants it.
    ///
    /// - Throws: `CodecError` for an event that this program cannot read.
    public static func envelopes(of event: RecordedEvent) throws -> [WebhookEnvelope] {
        guard event.streamType == Plan.streamType else { return [] }
        let messages = try WebhookTranslation.messages(type: event.type, data: event.data)
        guard !messages.isEmpty else { return [] }
        let traceparent = TraceParent.kept(in: event.metadata)
        return messages.enumerated().map { number, message in
            WebhookEnvelope(
                id: "evt_\(event.partition)_\(event.position)_\(number)", type: message.type, member: event.stream,
                timeMicros: event.occurredAtMicros, version: event.version, traceparent: traceparent?.text,
                members: message.members)
        }
    }

    private func delivery(
        of envelope: WebhookEnvelope, _ body: [UInt8], for endpoint: WebhookEndpoint, at now: Instant
    ) -> WebhookDeliveryStore.New {
        WebhookDeliveryStore.New(
            id: ids.next(nowMicros: now.micros), endpoint: endpoint.id, member: envelope.member,
            messageID: envelope.id, type: envelope.type, body: body)
    }

    /// The CloudEvents `source` of everything that this log tells.
    public static func source(of log: EventLog) -> String { "urn:treue:log:\(UUIDText.text(log.id))" }
}

extension WebhookEndpoint {
    func wants(_ type: WebhookEventType) -> Bool { isEnabled && (types.isEmpty || types.contains(type)) }
}
