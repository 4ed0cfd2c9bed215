import Wire

/// An answer of the kind 2xx, kept so that a repeat of its request gets it again.
public struct KeptAnswer: Hashable, Sendable {
    /// The HTTP status.
    public var status: Int
    /// The `Location` of what was made.
    public var location: String?
    /// A JSON document; empty where the answer has no body.
    public var body: [UInt8]
    /// Whether an earlier request with the same key was given it.
    public var isReplayed: Bool

    public init(status: Int, location: String? = nil, body: [UInt8], isReplayed: Bool = false) {
        (self.status, self.location, self.body, self.isReplayed) = (status, location, body, isReplayed)
    }
}

extension KeptAnswer {
    /// As it is sealed: everything but the status.
    func encoded() -> [UInt8] {
        var writer = JSONWriter(reserving: body.count + 64)
        writer.beginObject()
        writer.optionalMember("location", location)
        if !body.isEmpty { writer.member("body", String(decoding: body, as: UTF8.self)) }
        writer.endObject()
        return writer.bytes
    }

    /// Reads what ``encoded()`` wrote.
    init(status: Int, decoding bytes: [UInt8]) throws {
        let value = try JSONReader.read(bytes)
        func text(_ name: String) -> String? {
            guard case .string(let text)? = value[name] else { return nil }
            return text
        }
        self.init(status: status, location: text("location"), body: text("body").map { Array($0.utf8) } ?? [])
        isReplayed = true
    }
}
