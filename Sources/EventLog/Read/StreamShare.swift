public import Foundation

/// One of so many shares of all streams, of about the same size: for whoever goes through the log several times, because what
/// it holds of each stream is too much for all of them at once.
public struct StreamShare: Hashable, Sendable {
    private let number: Int
    private let count: Int

    /// All shares.
    ///
    /// - Parameter count: how many; at least one, at most 65,536.
    public static func all(_ count: Int) -> [StreamShare] {
        let count = min(max(1, count), 1 << 16)
        return (0..<count).map { StreamShare(number: $0, count: count) }
    }

    /// The last two bytes of a stream's id are random, or digests.
    public func holds(_ stream: UUID) -> Bool {
        (Int(stream.uuid.14) << 8 | Int(stream.uuid.15)) % count == number
    }

    /// Whether it is all of them.
    var isWhole: Bool { count == 1 }

    /// The same as ``holds(_:)`` for the database.
    ///
    /// - Parameter column: has the stream's id.
    package func condition(on column: StaticString) -> String {
        let bytes = "get_byte(uuid_send(\(column)), 14) * 256 + get_byte(uuid_send(\(column)), 15)"
        return isWhole ? "TRUE" : "(\(bytes)) % \(count) = \(number)"
    }
}
