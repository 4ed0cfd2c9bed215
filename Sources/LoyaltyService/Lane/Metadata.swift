public import EventLog
import Loyalty
import Wire

/// What is kept beside an event: of one that a checkout sent its id and source, where its data do not say them, and the
/// sender's own attributes; of another how many belong to it.
public enum Metadata {
    /// How many events behind a command's first belong to its answer; nil for none.
    static func bytes(followers: Int) -> [UInt8]? {
        guard followers > 0 else { return nil }
        var writer = JSONWriter(reserving: 24)
        writer.beginObject()
        writer.member("followers", Int64(followers))
        writer.endObject()
        return writer.finish()
    }

    static func followers(in metadata: [UInt8]?) -> Int {
        guard let metadata, case .integer(let count)? = try? JSONReader.read(metadata)["followers"] else { return 0 }
        return Int(clamping: count)
    }

    /// nil where there is nothing that the data do not say.
    static func bytes(of event: IncomingEvent) -> [UInt8]? {
        let (id, source): (String?, String?) =
            switch event.content {
            case .purchase(let purchase): (purchase.order.id, purchase.order.source)
            case .purchaseReturn(let goods): (goods.returnID, goods.source)
            case .activity: (nil, nil)
            }
        let saysID = Self.isSame(event.id, id)
        let saysSource = Self.isSame(event.source, source)
        if saysID, saysSource, event.metadata == nil { return nil }
        return bytes(
            id: saysID ? nil : event.id, source: saysSource ? nil : event.source, attributes: event.metadata)
    }

    /// To the byte: the key is worked out of bytes, and texts may be equal without.
    private static func isSame(_ text: String, _ other: String?) -> Bool {
        other.map { $0.utf8.elementsEqual(text.utf8) } ?? false
    }

    /// Of a recorded event all that is kept, what only its data say included.
    public static func whole(of event: RecordedEvent) -> [UInt8]? {
        let name: String
        switch event.type {
        case "purchase.completed": name = "order_id"
        case "purchase.returned", "return.held": name = "return_id"
        default: return event.metadata
        }
        // Only what was sent has a key: a return that waited for its sale is told by an event of our own.
        guard event.key != nil, let data = try? JSONReader.read(event.data) else { return event.metadata }
        let kept = event.metadata.flatMap { try? JSONReader.read($0) }
        if kept?["id"] != nil, kept?["source"] != nil { return event.metadata }
        func text(_ value: JSONValue?) -> String? { if case .string(let text)? = value { text } else { nil } }
        return bytes(
            id: text(kept?["id"]) ?? text(data[name]), source: text(kept?["source"]) ?? text(data["source"]),
            attributes: kept?["attributes"].map { CanonicalJSON.bytes(of: $0) })
    }

    private static func bytes(id: String?, source: String?, attributes: [UInt8]?) -> [UInt8] {
        var writer = JSONWriter(reserving: 128)
        writer.beginObject()
        if let id { writer.member("id", id) }
        if let source { writer.member("source", source) }
        if let attributes {
            writer.key("attributes")
            writer.raw(attributes)
        }
        writer.endObject()
        return writer.finish()
    }

    /// What an event that follows from another keeps of it: its trace, if it has one.
    static func trace(of event: IncomingEvent) -> [UInt8]? {
        guard let trace = TraceParent.kept(in: event.metadata) else { return nil }
        var writer = JSONWriter(reserving: 80)
        writer.beginObject()
        writer.member("traceparent", trace.text)
        writer.endObject()
        return writer.finish()
    }
}
