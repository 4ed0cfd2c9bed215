import EventLog
import Foundation
import Loyalty
import Testing
import Wire

@testable import LoyaltyService

@Suite("what is kept beside an event")
struct MetadataTests {
    private static let order = OrderReference(source: "/till", id: "7")
    private static let lines = [Line(sku: "A", quantity: 1, unitPrice: 1000)]
    private static let sale = IncomingEvent.Content.purchase(Purchase(order: order, currency: "USD", lines: lines))
    private static let goods = IncomingEvent.Content.purchaseReturn(
        PurchaseReturn(source: "/till", order: order, returnID: "8", currency: "USD", goods: .lines(lines)))
    private static let activity = IncomingEvent.Content.activity(Activity(name: "review", reference: "9"))

    private func recorded(
        _ type: String, _ data: String, _ metadata: [UInt8]?, key: [UInt8]? = [1]
    ) -> RecordedEvent {
        RecordedEvent(
            partition: 0, position: 1, streamType: "member", stream: UUID(), version: 1, type: type,
            occurredAtMicros: 0,
            recordedAtMicros: 0, key: key, data: Array(data.utf8), metadata: metadata)
    }

    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    @Test(
        "is what its data do not say; what is told of it is all the same",
        arguments: [
            ("purchase.completed", sale, "7", nil, nil, #"{"id":"7","source":"/till"}"#),
            ("purchase.completed", sale, "e1", nil, #"{"id":"e1"}"#, #"{"id":"e1","source":"/till"}"#),
            (
                "purchase.completed", sale, "7", #"{"a":1}"#, #"{"attributes":{"a":1}}"#,
                #"{"id":"7","source":"/till","attributes":{"a":1}}"#
            ),
            ("purchase.returned", goods, "8", nil, nil, #"{"id":"8","source":"/till"}"#),
            ("return.held", goods, "7", nil, #"{"id":"7"}"#, #"{"id":"7","source":"/till"}"#),
            (
                "activity.completed", activity, "9", nil, #"{"id":"9","source":"/till"}"#,
                #"{"id":"9","source":"/till"}"#
            ),
        ] as [(String, IncomingEvent.Content, String, String?, String?, String)])
    func what(
        type: String, content: IncomingEvent.Content, id: String, attributes: String?, kept: String?, whole: String
    ) {
        let event = IncomingEvent(
            id: id, source: "/till", time: nil, member: .external("ann"), command: content,
            metadata: attributes.map { Array($0.utf8) })
        let metadata = Metadata.bytes(of: event)
        #expect(text(metadata) == kept)
        let data = #"{"v":3,"order_id":"7","return_id":"8","source":"/till","activity":"review","reference":"9"}"#
        #expect(text(Metadata.whole(of: recorded(type, data, metadata))) == whole)
    }

    @Test("is told of what was recorded as it was sent")
    func recordedOnes() async throws {
        try await Shop.with { shop async throws in
            let ann = MemberReference.external("ann")
            let sent: [IncomingEvent] = [
                .purchase("1", by: ann), .purchase("e2", by: ann, order: "2"), .comesBack("3", by: ann, order: "1"),
                .comesBack("4", by: ann, order: "unknown"),
            ]
            for event in sent { #expect(await shop.service.record(event).word == "accepted") }
            let member = try await shop.service.member(ann, at: Shop.now).id
            let events = try await shop.service.events(of: member, page: PageRequest(limit: 50)).items
            #expect(
                events.compactMap { text($0.metadata) } == sent.map { #"{"id":"\#($0.id)","source":"shop"}"# })
        }
    }

    @Test("is kept where the data say the same in other bytes")
    func bytes() {
        let order = OrderReference(source: "/till", id: "caf\u{E9}")
        let event = IncomingEvent(
            id: "cafe\u{301}", source: "/till", time: nil, member: .external("ann"),
            command: .purchase(Purchase(order: order, currency: "USD", lines: Self.lines)))
        #expect(event.id == order.id)
        #expect(Metadata.bytes(of: event)?.elementsEqual("{\"id\":\"cafe\u{301}\"}".utf8) == true)
    }

    @Test("of an event from before, which says it twice, is told as it is")
    func before() {
        let metadata = #"{"id":"7","source":"/till","attributes":{"a":1}}"#
        let event = recorded("purchase.completed", #"{"order_id":"7","source":"/till"}"#, Array(metadata.utf8))
        #expect(text(Metadata.whole(of: event)) == metadata)
    }

    @Test("of an event that nobody sent is nothing that its data say")
    func ours() {
        let data = #"{"return_id":"8","source":"/till"}"#
        #expect(Metadata.whole(of: recorded("purchase.returned", data, nil, key: nil)) == nil)
        #expect(Metadata.whole(of: recorded("points.accrued", data, nil)) == nil)
    }

    @Test("tells a repeat by 16 bytes of its content's hash, also where an older log keeps 32")
    func repeats() {
        let member = UUID()
        let event = IncomingEvent(
            id: "7", source: "/till", time: nil, member: .external("ann"), command: Self.sale)
        let request = LaneRequest(memberID: member, work: .event(event, at: Shop.now))
        func first(_ hash: [UInt8]?) -> RecordedEvent {
            RecordedEvent(
                partition: 0, position: 1, streamType: "member", stream: member, version: 1, type: "purchase.completed",
                occurredAtMicros: 0, recordedAtMicros: 0, key: event.key, contentHash: hash, data: [])
        }
        let hash = event.contentHash(memberID: member)
        #expect(hash.count == 16)
        #expect(request.isRepeat(of: first(hash), for: member))
        #expect(request.isRepeat(of: first(hash + Array(repeating: 9, count: 16)), for: member))
        #expect(!request.isRepeat(of: first(Array(hash.dropLast()) + [hash[15] ^ 1]), for: member))
        #expect(!request.isRepeat(of: first(nil), for: member))
        #expect(!request.isRepeat(of: first(hash), for: UUID()))
    }
}
