import EventLog
import Foundation
import Loyalty
import Wire

/// Acts as the log keeps them: the action is the event's type, the rest is its data.
enum AuditCodec {
    static func encode(_ act: AuditAct, by actor: AuditActor) -> [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.beginObject()
        writer.member("v", 1)
        writer.key("actor")
        writer.beginObject()
        writer.member("kind", actor.kind)
        if case .apiKey(let id) = actor { writer.member("id", id) }
        writer.endObject()
        writer.member("target", act.target)
        writer.key("facts")
        writer.value(.object(act.facts))
        writer.endObject()
        return writer.bytes
    }

    static func decode(_ event: RecordedEvent) throws -> AuditEntry {
        let data = try JSONReader.read(event.data)
        guard case .string(let kind)? = data["actor"]?["kind"], case .string(let target)? = data["target"],
            case .object(let facts)? = data["facts"], let actor = AuditActor(kind: kind, id: data["actor"]?["id"])
        else { throw ServiceError.internalFault("audit event \(event.version) cannot be read") }
        return AuditEntry(
            version: event.version, at: Instant(micros: event.occurredAtMicros), actor: actor,
            act: AuditAct(event.type, of: target, facts: facts))
    }
}

extension AuditActor {
    /// The word for it in the log and in answers.
    public var kind: String {
        switch self {
        case .apiKey: "api_key"
        case .commandLine: "command_line"
        case .server: "server"
        }
    }

    fileprivate init?(kind: String, id: JSONValue?) {
        switch kind {
        case "command_line": self = .commandLine
        case "server": self = .server
        case "api_key":
            guard case .string(let text)? = id, let id = UUIDText.parse(text) else { return nil }
            self = .apiKey(id)
        default: return nil
        }
    }
}
