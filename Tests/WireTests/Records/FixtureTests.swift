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
        let stored = try fixture("\(name).v\(RecordedType(of: event).version).json")
        #expect(name.hasPrefix(written.type))
        #expect(String(decoding: written.data, as: UTF8.self) == String(decoding: stored, as: UTF8.self))
        #expect(try EventCodec.decode(type: written.type, data: stored) == event)
    }

    @Test("an event of the first version is read as what it says in the shape of today", arguments: Samples.old)
    func old(name: String, event: LoyaltyEvent) throws {
        let stored = try fixture("\(name).v1.json")
        #expect(try EventCodec.decode(type: RecordedType(of: event).rawValue, data: stored) == event)
    }

    @Test(
        "an event that said what it left as it was is read as the same",
        arguments: [
            ("purchase.completed", 2), ("purchase.completed.least", 2), ("purchase.returned", 3),
            ("purchase.returned.amount", 3), ("activity.completed", 2),
        ])
    func explicitOutcome(name: String, version: Int) throws {
        let event = try #require(Samples.events.first { $0.0 == name }?.1)
        let stored = try fixture("\(name).v\(version).json")
        #expect(try EventCodec.decode(type: RecordedType(of: event).rawValue, data: stored) == event)
    }

    @Test("an outcome does not say what it left as it was")
    func unchangedOutcome() throws {
        var purchase = Samples.leastPurchase
        let tier = purchase.circumstances.tier
        for (now, before) in [(tier, tier), ("other", "other"), ("other", tier), (tier, "other")] {
            purchase.outcome = Outcome(change: 1, available: 2, pending: 0, tier: now, previousTier: before)
            let written = EventCodec.encode(.purchaseCompleted(purchase))
            #expect(try EventCodec.decode(type: written.type, data: written.data) == .purchaseCompleted(purchase))
            let outcome = try JSONReader.read(written.data)["outcome"]
            #expect((outcome?["tier"] == nil) == (now == tier) && (outcome?["previous_tier"] == nil) == (now == before))
            #expect(outcome?["pending"] == nil)
        }
    }

    @Test("every type of event has a fixture of each of its versions")
    func complete() {
        let covered = Set(Samples.events.map { RecordedType(of: $0.1) })
        #expect(covered == Set(RecordedType.allCases))
        let old = Set(Samples.old.map { RecordedType(of: $0.1) })
        #expect(old == Set(RecordedType.allCases.filter { $0.version > 1 }))
    }

    @Test("a state is written and read as in its fixture")
    func state() throws {
        let stored = try fixture("state.v3.json")
        let written = String(decoding: StateCodec.encode(Samples.state), as: UTF8.self)
        #expect(written == String(decoding: stored, as: UTF8.self))
        #expect(try StateCodec.decode(stored) == Samples.state)
    }

    @Test("a state of the second version is the same in another order")
    func secondState() throws {
        #expect(try StateCodec.decode(try fixture("state.v2.json")) == Samples.state)
        let restated = try #require(Samples.events.first { $0.0 == "member.restated" }?.1)
        let stored = try fixture("member.restated.v2.json")
        #expect(try EventCodec.decode(type: "member.restated", data: stored) == restated)
    }

    @Test("a state of the first version keeps its sums, lots, spend and standing")
    func oldState() throws {
        let state = try StateCodec.decode(try fixture("state.v1.json"))
        #expect(state == Samples.oldState)
        #expect(state.available == 132)
    }

    @Test("an ordinary purchase and what it earned stay small")
    func small() {
        let bytes = [LoyaltyEvent.purchaseCompleted(Samples.leastPurchase), .pointsAccrued(Samples.leastAccrual)]
            .reduce(0) { $0 + EventCodec.encode($1).data.count }
        #expect(bytes < 700)
    }
}
