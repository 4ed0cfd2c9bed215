import Foundation
import Loyalty
import Testing
import Wire

@Suite("The content hash compares what was said, not how")
struct ContentHashTests {
    private let member = UUID()

    private func hash(_ text: String, for member: UUID? = nil) throws -> [UInt8] {
        try CloudEventReader.read(Array(text.utf8)).contentHash(memberID: member ?? self.member)
    }

    private func changed(_ old: String, _ new: String) -> String {
        CloudEventReaderTests.purchase.replacingOccurrences(of: old, with: new)
    }

    @Test(
        "spelling makes no difference",
        arguments: [
            (#""channel":"online","store":"s""#, #""store":"s","channel":"\u006fnline""#),
            ("2026-03-01T10:00:00+01:00", "2026-03-01T09:00:00.000Z"),
            (#""traceparent":"00-ab-01""#, #""traceparent":"other""#),
            (#""attempt":2"#, #""attempt":3"#), (#""gone":null,"#, ""), (#""quantity":6"#, #""quantity" :  6"#),
            (
                #"{"sku":"POST","quantity":1,"unit_price":0}"#,
                #"{"sku":"POST","quantity":1,"unit_price":0,"brand":null}"#
            ),
            (
                #"{"sku":"POST","quantity":1,"unit_price":0}"#,
                #"{"unit_price":0,"discount":0,"quantity":1,"sku":"POST"}"#
            ),
            (#""email":"  Ada@Example.ORG ""#, #""card":"the same member""#),
        ])
    func same(old: String, new: String) throws {
        #expect(try hash(changed(old, new)) == hash(CloudEventReaderTests.purchase))
    }

    @Test(
        "content makes a difference",
        arguments: [
            (#""quantity":6"#, #""quantity":7"#), (#""discount":30,"#, ""), ("+01:00", "+02:00"),
            (#""time":"2026-03-01T10:00:00+01:00","#, ""), (#""id":"536365""#, #""id":"536366""#),
            ("/tills/7", "/tills/8"),
            (#""order_id":"536365""#, #""order_id":"536366""#), (#""channel":"online","#, ""), ("GBP", "EUR"),
            (#""coupon_codes":["X"]"#, #""coupon_codes":["X","X"]"#),
            (#""store":"s","partner":"p""#, #""store":"p","partner":"s""#),
        ])
    func different(old: String, new: String) throws {
        #expect(try hash(changed(old, new)) != hash(CloudEventReaderTests.purchase))
    }

    @Test("another member makes a difference")
    func otherMember() throws {
        #expect(try hash(CloudEventReaderTests.purchase, for: UUID()) != hash(CloudEventReaderTests.purchase))
    }

    @Test("the hash of a known event is what it always was")
    func fixed() throws {
        let member = try #require(UUID(uuidString: "0198C0DE-0000-7000-8000-000000000001"))
        let hex = try hash(CloudEventReaderTests.purchase, for: member).map { String(format: "%02x", $0) }.joined()
        #expect(hex == "60ae7538e2e429cd3ef67059f1b3222d")
    }
}
