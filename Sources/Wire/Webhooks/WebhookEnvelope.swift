public import struct Foundation.UUID

/// The body of a webhook: a CloudEvent 1.0 in structured mode. Written once and kept, so that every attempt sends the
/// very same bytes.
public struct WebhookEnvelope: Sendable {
    /// Unique for this log, and the same for every attempt.
    public var id: String
    public var type: WebhookEventType
    public var member: UUID
    /// Business time, microseconds since 1970-01-01 UTC.
    public var timeMicros: Int64
    /// The version of the member's stream that tells it; nil for what a date tells.
    public var version: Int64?
    /// W3C trace context of the request that caused it.
    public var traceparent: String?
    /// Members of `data` behind `member_id` and `version`.
    public var members: [JSONMember]

    public init(
        id: String, type: WebhookEventType, member: UUID, timeMicros: Int64, version: Int64? = nil,
        traceparent: String? = nil, members: [JSONMember]
    ) {
        (self.id, self.type, self.member, self.timeMicros) = (id, type, member, timeMicros)
        (self.version, self.traceparent, self.members) = (version, traceparent, members)
    }

    /// The media type of ``body(source:)``.
    public static let mediaType = "application/cloudevents+json"

    /// - Parameter source: a URI reference that names this installation.
    public func body(source: String) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.beginObject()
        writer.member("specversion", "1.0")
        writer.member("id", id)
        writer.member("source", source)
        writer.member("type", type.rawValue)
        writer.member("subject", member)
        writer.member("time", timeMicros: timeMicros)
        writer.member("datacontenttype", "application/json")
        writer.optionalMember("traceparent", traceparent)
        writer.key("data")
        writer.beginObject()
        writer.member("member_id", member)
        writer.optionalMember("version", version)
        for member in members {
            writer.key(named: member.name)
            writer.value(member.value)
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}

extension WebhookEnvelope {
    /// The trace context in a body that ``body(source:)`` wrote.
    public static func traceparent(in body: [UInt8]) -> String? {
        guard case .string(let text)? = (try? JSONReader.read(body))?["traceparent"] else { return nil }
        return text
    }
}
