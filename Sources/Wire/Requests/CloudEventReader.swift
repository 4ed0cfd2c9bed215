private import Loyalty

/// Reads CloudEvents 1.0 in structured mode.
public enum CloudEventReader {
    /// The most events of one batch.
    public static let batchLimit = 1000

    /// One element of a batch, good or bad.
    public struct Item: Sendable {
        /// The element's own `id`, where one could be read.
        public var id: String?
        /// The event, or why there is none; pointers are relative to the element.
        public var result: Result<IncomingEvent, BodyError>
    }

    /// What a body held.
    public enum Content: Sendable {
        case event(IncomingEvent)
        case batch([Item])
    }

    /// Reads one event.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> IncomingEvent {
        try event(of: try BodyError.parsing(body))
    }

    /// Reads an array of events; one bad event does not spoil its neighbours.
    /// - Throws: ``BodyError`` when the body as a whole is no batch.
    public static func readBatch(_ body: [UInt8], limit: Int = batchLimit) throws(BodyError) -> [Item] {
        guard let items = try items(of: body, limit: limit) else {
            let kind = try BodyError.parsing(body).value.kind
            throw .invalid([Fault(pointer: "", detail: "must be an array of events, not \(kind)")])
        }
        return items
    }

    /// Reads an object as one event and an array as a batch.
    /// - Throws: ``BodyError`` as ``read(_:)`` and ``readBatch(_:limit:)`` do.
    public static func readAny(_ body: [UInt8], limit: Int = batchLimit) throws(BodyError) -> Content {
        if let items = try items(of: body, limit: limit) { return .batch(items) }
        return .event(try read(body))
    }

    /// nil where the body is JSON, or at least begins like it, and no array.
    private static func items(of body: [UInt8], limit: Int) throws(BodyError) -> [Item]? {
        let elements: [Result<JSONNode, JSONSyntaxError>]?
        do throws(JSONSyntaxError) {
            elements = try JSONReader.elements(of: body, maximumCount: limit)
        } catch {
            throw .unreadable(error)
        }
        guard let elements else { return nil }
        guard elements.count <= limit else {
            throw .invalid([Fault(pointer: "", detail: "must have at most \(limit) events")])
        }
        return elements.map(item)
    }

    private static func item(_ element: Result<JSONNode, JSONSyntaxError>) -> Item {
        switch element {
        case .failure(let error):
            return Item(id: nil, result: .failure(.unreadable(error)))
        case .success(let value):
            let id: String? = if case .string(let id)? = value["id"] { id } else { nil }
            do throws(BodyError) {
                return Item(id: id, result: .success(try event(of: value)))
            } catch {
                return Item(id: id, result: .failure(error))
            }
        }
    }

    private static func event(of value: JSONNode) throws(BodyError) -> IncomingEvent {
        try BodyError.reading(value) { $0.cloudEvent() }
    }
}

extension ObjectReader {
    fileprivate func cloudEvent() -> IncomingEvent? {
        _ = word("specversion", of: ["1.0"])
        let id = string("id", max: CloudEventLimit.id)
        let source = uriReference("source")
        let type = word("type", of: EventType.names).flatMap(EventType.init)
        let time = optionalTime("time").map(Instant.init(micros:))
        checkContentType()
        if has("data_base64") { fault(at: "data_base64", "must be absent: data is JSON, in data") }
        _ = optional("data_base64")
        let data = type.flatMap { type in object("data") { $0.eventData(type, source: source) } }
        if type == nil { _ = required("data") }
        let metadata = metadata()
        guard let id, let source, let (member, content) = data else { return nil }
        return IncomingEvent(
            id: id, source: source, time: time, member: member, command: content, metadata: metadata)
    }

    private func eventData(_ type: EventType, source: String?) -> (MemberReference, IncomingEvent.Content)? {
        let member = memberReference("member")
        let content: IncomingEvent.Content? =
            switch type {
            case .purchaseCompleted: purchase(source: source).map { .purchase($0) }
            case .purchaseReturned: purchaseReturn(source: source).map { .purchaseReturn($0) }
            case .activityCompleted: activity().map { .activity($0) }
            }
        guard let member, let content else { return nil }
        return (member, content)
    }
}
