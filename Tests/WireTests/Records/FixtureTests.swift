import Foundation
import Loyalty
import Testing

@testable import Wire

/// The shapes that are in logs out there. When one of these tests fails, the shape of a recorded event has changed:
/// raise the schema version and add an upcaster; never change a fixture.
@Suite("The recorded shapes are those of the fixtures")
struct FixtureTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    /// One line of JSON; the line break at the end belongs to the file, not to the event.
    private func fixture(_ name: String) throws -> [UInt8] {
        let bytes = Array(try Data(contentsOf: Self.folder.appending(path: name)))
        return Array(bytes.prefix { $0 != UInt8(ascii: "\n") })
    }

    @Test("an event is written and read as in its fixture", arguments: Samples.events)
    func event(name: String, event: LoyaltyEvent) throws {
        let written = EventCodec.encode(event)
        let stored = try fixture("\(name).v1.json")
        #expect(name.hasPrefix(written.type))
        #expect(String(decoding: written.data, as: UTF8.self) == String(decoding: stored, as: UTF8.self))
        #expect(try EventCodec.decode(type: written.type, data: stored) == event)
    }

    @Test("every type of event has a fixture")
    func complete() {
        let covered = Set(Samples.events.map { RecordedType(of: $0.1) })
        #expect(covered == Set(RecordedType.allCases))
    }

    @Test("a state is written and read as in its fixture")
    func state() throws {
        let stored = try fixture("state.v1.json")
        let written = String(decoding: StateCodec.encode(Samples.state), as: UTF8.self)
        #expect(written == String(decoding: stored, as: UTF8.self))
        #expect(try StateCodec.decode(stored) == Samples.state)
    }
}
