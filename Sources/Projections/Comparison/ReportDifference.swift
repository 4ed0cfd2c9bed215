public import Foundation
import Wire

/// A figure, or what is remembered of a member, that is not what the events fold to.
public struct ReportDifference: Hashable, Sendable, CustomStringConvertible {
    public var projection: String
    public var partition: Int
    /// What differs, such as `purchases 2026-03-01 EUR`.
    public var what: String
    /// Whose, where it is one member's.
    public var member: UUID?
    /// As the events have it; nil where they have none.
    public var expected: String?
    /// As it is stored; nil where it is not.
    public var found: String?
    /// The figure is folded from the events of the partition from 1 up to this position.
    public var position: Int64

    public var description: String {
        let whose = member.map { " of member \($0.uuidString.lowercased())" } ?? ""
        return "\(projection), partition \(partition): \(what)\(whose): the log says \(expected ?? "nothing"), "
            + "the report says \(found ?? "nothing"); events 1 to \(position) of the partition"
    }
}

extension ReportDifference {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("projection", projection)
        writer.member("partition", Int64(partition))
        writer.member("kind", "figure")
        writer.member("what", what)
        writer.optionalMember("member_id", member)
        writer.optionalMember("expected", expected)
        writer.optionalMember("found", found)
        writer.member("events_up_to_position", position)
        writer.endObject()
    }
}
