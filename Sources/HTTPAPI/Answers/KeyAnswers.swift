import HTTPTypes
import Hummingbird
import Loyalty
import LoyaltyService
import NIOCore
import Wire

extension Answer {
    /// An answer that was made, or kept from the first time.
    static func kept(_ kept: KeptAnswer) -> Response {
        var headers: HTTPFields = [:]
        if !kept.body.isEmpty { headers[.contentType] = "application/json" }
        if let location = kept.location { headers[.location] = location }
        if kept.isReplayed { headers[RequestKey.replayed] = "true" }
        return Response(
            status: HTTPResponse.Status(code: kept.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: kept.body)))
    }
}

extension FreshAPIKey {
    /// The only answer that shows a secret.
    func answer(status: HTTPResponse.Status) -> KeptAnswer {
        var writer = JSONWriter(reserving: 512)
        writer.beginObject()
        writer.member("key", key)
        writer.apiKeyMembers(view)
        writer.endObject()
        return KeptAnswer(status: status.code, body: writer.bytes)
    }
}

extension JSONWriter {
    /// A key, without its secrets.
    mutating func apiKey(_ key: APIKeyView) {
        beginObject()
        apiKeyMembers(key)
        endObject()
    }

    fileprivate mutating func apiKeyMembers(_ view: APIKeyView) {
        member("id", view.id)
        member("name", view.name)
        key("scopes")
        beginArray()
        for scope in view.scopes { string(scope.rawValue) }
        endArray()
        member("state", view.state.rawValue)
        member("created_at", timeMicros: view.createdAt.micros)
        nullableMember("expires_at", view.expiresAt)
        nullableMember("revoked_at", view.revokedAt)
        nullableMember("last_used_at", view.lastUsedAt)
        nullableMember("overlap_until", view.overlapUntil)
    }

    /// An act of an administrator.
    mutating func act(_ entry: AuditEntry) {
        beginObject()
        member("version", entry.version)
        member("at", timeMicros: entry.at.micros)
        member("action", entry.act.action)
        member("target", entry.act.target)
        key("actor")
        beginObject()
        member("kind", entry.actor.kind)
        if case .apiKey(let id) = entry.actor { member("id", id) } else { nullMember("id") }
        endObject()
        key("facts")
        value(.object(entry.act.facts))
        endObject()
    }

    /// A member that is `null` where there is no instant.
    mutating func nullableMember(_ name: StaticString, _ value: Instant?) {
        if let value { member(name, timeMicros: value.micros) } else { nullMember(name) }
    }
}
