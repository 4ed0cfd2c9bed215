public import Loyalty

/// The body of `POST /v1/api_keys`.
public struct APIKeyBody: Hashable, Sendable {
    /// What the key is for.
    public var name: String?
    /// Without repeats, sorted.
    public var scopes: [String]
    /// When the key ends; nil for never.
    public var expiresAt: Instant?

    /// A body of these parts.
    public init(name: String? = nil, scopes: [String], expiresAt: Instant? = nil) {
        (self.name, self.scopes, self.expiresAt) = (name, Set(scopes).sorted(), expiresAt)
    }

    /// Reads the body.
    /// - Parameter known: the scopes there are.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8], scopes known: [String]) throws(BodyError) -> APIKeyBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            let name = reader.optionalString("name", max: 200)
            let expiresAt = reader.optionalTime("expires_at").map { Instant(micros: $0) }
            if !reader.has("scopes") { _ = reader.required("scopes") }
            guard let scopes = reader.optionalStrings("scopes", count: 1...known.count, max: CommandLimit.word) else {
                return nil
            }
            for (index, scope) in scopes.enumerated() where !known.contains(scope) {
                reader.faults.add(
                    at: .element(reader.place(of: "scopes"), index),
                    "must be one of \(known.joined(separator: ", "))" + Spelling.hint(for: scope, among: known))
            }
            return APIKeyBody(name: name, scopes: scopes, expiresAt: expiresAt)
        }
    }

    /// The decoded values in one spelling: two bodies that mean the same have the same.
    public var canonical: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.optionalMember("name", name)
        writer.key("scopes")
        writer.beginArray()
        for scope in scopes { writer.string(scope) }
        writer.endArray()
        writer.optionalMember("expires_at", expiresAt?.micros)
        writer.endObject()
        return writer.bytes
    }
}

/// The body of `POST /v1/api_keys/{id}/rotate`; may be left out.
public struct RotationBody: Hashable, Sendable {
    /// How long the old secret works on, in seconds; nil for the usual time.
    public var overlapSeconds: Int64?

    /// A body of these parts.
    public init(overlapSeconds: Int64? = nil) { self.overlapSeconds = overlapSeconds }

    /// The longest time that an old secret may work on, in seconds: 30 days.
    public static let longestOverlap: Int64 = 30 * 24 * 60 * 60

    /// Reads the body; no bytes are a body without members.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> RotationBody {
        guard !body.isEmpty else { return RotationBody() }
        return try BodyError.reading(try BodyError.parsing(body)) { reader in
            RotationBody(overlapSeconds: reader.optionalInteger("overlap_seconds", in: 0...longestOverlap))
        }
    }
}
