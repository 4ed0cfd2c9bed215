import Foundation
import Hummingbird
import Loyalty
import LoyaltyService
import NIOCore
import Wire

/// All that is held about a member (GDPR, Art. 15 and 20), written part by part: in memory lies one page of a list,
/// however long the member's history is.
struct MemberExport<API: LoyaltyAPI>: Sendable {
    private let id: UUID
    private let at: Instant
    private let api: API
    private let member: MemberView
    private let firstEntries: Page<EntryView>

    /// Reads the beginning, so that a refusal can still be told.
    init(of id: UUID, at: Instant, from api: API) async throws {
        guard let reference = MemberReference(.id, UUIDText.text(id)) else { throw Problem.memberNotFound }
        (self.id, self.at, self.api) = (id, at, api)
        member = try await api.member(reference, at: at)
        firstEntries = try await api.entries(
            of: id, at: at, clocks: Clocks(), page: PageRequest(limit: ExportLimit.page))
    }

    /// Writes the document. A failure on the way cuts the answer off: nobody may take a part for the whole.
    func write(to sink: inout any ResponseBodyWriter) async throws {
        try await sink.write(ByteBuffer(bytes: head))
        var part = ListPart()
        var entries = firstEntries
        while true {
            try await sink.write(part.bytes(of: entries.items) { $0.entry($1) })
            guard let cursor = entries.nextCursor else { break }
            entries = try await api.entries(
                of: id, at: at, clocks: Clocks(), page: PageRequest(limit: ExportLimit.page, cursor: cursor))
        }
        try await sink.write(ByteBuffer(string: #"],"events":["#))
        part = ListPart()
        var cursor: String?
        repeat {
            let events = try await api.events(of: id, page: PageRequest(limit: ExportLimit.page, cursor: cursor))
            try await sink.write(part.bytes(of: events.items) { $0.recordedEvent($1) })
            cursor = events.nextCursor
        } while cursor != nil
        try await sink.write(ByteBuffer(string: "]}\n"))
        try await sink.finish(nil)
    }

    /// Everything before the first entry.
    private var head: [UInt8] {
        var writer = JSONWriter(reserving: 2048)
        writer.beginObject()
        writer.member("exported_at", timeMicros: at.micros)
        writer.key("member")
        writer.member(member)
        writer.key("identifiers")
        writer.beginArray()
        for reference in member.profile.references {
            writer.beginObject()
            writer.member("kind", reference.kind.rawValue)
            writer.member("value", reference.value)
            writer.endObject()
        }
        writer.endArray()
        writer.key("entries")
        writer.beginArray()
        return writer.bytes
    }
}

private enum ExportLimit {
    /// Items in memory at a time.
    static let page = 200
}

/// The elements of an array that is written page by page.
private struct ListPart {
    private var isFirst = true

    mutating func bytes<Item>(of items: [Item], _ write: (inout JSONWriter, Item) -> Void) -> ByteBuffer {
        var writer = JSONWriter(reserving: 64 + items.count * 512)
        for item in items { write(&writer, item) }
        var buffer = ByteBuffer()
        if !isFirst, !items.isEmpty { buffer.writeString(",") }
        buffer.writeBytes(writer.bytes)
        if !items.isEmpty { isFirst = false }
        return buffer
    }
}
