/// The body of `POST /v1/projections/{name}/retry`.
public struct RetryBody: Hashable, Sendable {
    public var partition: Int

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> RetryBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            reader.integer("partition", in: 0...4_095).map { RetryBody(partition: Int($0)) }
        }
    }
}

/// The body of `POST /v1/projections/{name}/skip`.
public struct SkipBody: Hashable, Sendable {
    public var partition: Int
    public var position: Int64
    /// Kept with the fault.
    public var reason: String

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> SkipBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            let partition = reader.integer("partition", in: 0...4_095)
            let position = reader.integer("position", in: 1...Int64.max)
            let reason = reader.string("reason", max: 1_000)
            guard let partition, let position, let reason else { return nil }
            return SkipBody(partition: Int(partition), position: position, reason: reason)
        }
    }
}
