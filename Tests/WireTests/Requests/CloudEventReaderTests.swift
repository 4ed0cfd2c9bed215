import Foundation
import Loyalty
import Testing
import Wire

@Suite("CloudEvents are read into commands")
struct CloudEventReaderTests {
    static let purchase = #"""
        {"specversion":"1.0","id":"536365","source":"/tills/7","type":"purchase.completed","time":"2026-03-01T10:00:00+01:00",
         "datacontenttype":"application/json; charset=utf-8","subject":"536365","dataschema":"https://x.example/s",
         "traceparent":"00-ab-01","sampled":true,"attempt":2,"gone":null,
         "data":{"member":{"email":"  Ada@Example.ORG "},"order_id":"536365","currency":"GBP",
          "lines":[{"sku":"85123A","name":"T-light","quantity":6,"unit_price":255,"discount":30,"categories":["home"],"brand":"B"},
                   {"sku":"POST","quantity":1,"unit_price":0}],
          "channel":"online","store":"s","partner":"p","redemption_id":"r","coupon_codes":["X"]}}
        """#

    @Test("a purchase with everything")
    func purchase() throws {
        let event = try CloudEventReader.read(Array(Self.purchase.utf8))
        #expect(event.id == "536365")
        #expect(event.type == .purchaseCompleted)
        #expect(event.time == Instant(micros: try RFC3339.micros(of: "2026-03-01T09:00:00Z")))
        #expect(event.member == MemberReference(.email, "ada@example.org"))
        let expected = Purchase(
            order: OrderReference(source: "/tills/7", id: "536365"), currency: "GBP",
            lines: [
                Line(
                    sku: "85123A", name: "T-light", quantity: 6, unitPrice: 255, discount: 30, categories: ["home"],
                    brand: "B"),
                Line(sku: "POST", quantity: 1, unitPrice: 0),
            ], channel: "online", store: "s", partner: "p", redemptionID: "r", couponCodes: ["X"])
        #expect(event.command == .purchase(expected))
        #expect(
            event.metadata.map { String(decoding: $0, as: UTF8.self) }
                == #"{"attempt":2,"dataschema":"https://x.example/s","sampled":true,"subject":"536365","traceparent":"00-ab-01"}"#
        )
    }

    private func event(_ type: String, _ data: String) -> [UInt8] {
        Array(#"{"specversion":"1.0","id":"1","source":"s","type":"\#(type)","data":\#(data)}"#.utf8)
    }

    @Test("a return by lines, by amount, by a sum of money, with and without its order", arguments: [
        (#""order_id":"o","lines":[{"sku":"a","quantity":2,"unit_price":5}]"#, true, nil),
        (#""amount":500"#, false, 500), (#""order_id":"o","amount":{"amount":500,"currency":"EUR"}"#, true, 500),
        (#""lines":null,"amount":1"#, false, 1),
    ] as [(String, Bool, Int64?)])
    func returns(members: String, hasOrder: Bool, amount: Int64?) throws {
        let data = #"{"member":{"card":"C"},"return_id":"r","currency":"EUR",\#(members)}"#
        let read = try CloudEventReader.read(event("purchase.returned", data))
        guard case .purchaseReturn(let goods) = read.command else { return #expect(Bool(false)) }
        #expect((goods.order != nil) == hasOrder)
        if let amount { #expect(goods.goods == .amount(amount)) }
        if amount == nil { #expect(goods.goods == .lines([Line(sku: "a", quantity: 2, unitPrice: 5)])) }
    }

    @Test("an activity")
    func activity() throws {
        let data = #"{"member":{"external_id":"x"},"activity":"review","reference":"p1","value":-3}"#
        let read = try CloudEventReader.read(event("activity.completed", data))
        #expect(read.command == .activity(Activity(name: "review", reference: "p1", value: -3)))
        #expect(read.time == nil)
        #expect(read.metadata == nil)
    }

    @Test("a member's id is read in either case")
    func memberID() throws {
        let data = #"{"member":{"id":"0198C0DE-0000-7000-8000-000000000001"},"activity":"review"}"#
        let read = try CloudEventReader.read(event("activity.completed", data))
        #expect(read.member == MemberReference(.id, "0198c0de-0000-7000-8000-000000000001"))
    }

    /// Every fault of an event as "pointer detail".
    static func faults(_ text: String) -> [String] {
        do throws(BodyError) {
            _ = try CloudEventReader.read(Array(text.utf8))
            return []
        } catch {
            if case .invalid(let faults) = error { return faults.map(\.description) }
            return ["unreadable"]
        }
    }

    /// The purchase with one piece of its text replaced.
    static let replacements: [(String, String, String)] = [
        (#""specversion":"1.0""#, #""specversion":"0.3""#, "/specversion must be one of 1.0"),
        (#""specversion":"1.0","#, "", "/specversion is required"),
        (#""id":"536365""#, #""id":"""#, "/id must not be empty"),
        (#""id":"536365""#, #""id":536365"#, "/id must be a string, not a number"),
        (#""source":"/tills/7""#, #""source":"till seven""#,
            "/source must be a URI reference (RFC 3986), such as https://shop.example/tills/7 or /tills/7"),
        (#""source":"/tills/7""#, #""source":"/%zz""#, "/source must be a URI reference: % is followed by two hex digits"),
        (#""type":"purchase.completed""#, #""type":"purchase.complete""#,
            "/type must be one of purchase.completed, purchase.returned, activity.completed; did you mean \"purchase.completed\"?"),
        (#""time":"2026-03-01T10:00:00+01:00""#, #""time":"2026-03-01""#,
            "/time must be an RFC 3339 time with an offset, such as 2026-11-22T10:20:30Z"),
        (#""datacontenttype":"application/json; charset=utf-8""#, #""datacontenttype":"text/xml""#,
            "/datacontenttype must be application/json"),
        (#""sampled":true"#, #""data_base64":"AA==""#, "/data_base64 must be absent: data is JSON, in data"),
        (#""sampled":true"#, #""Sampled":true"#,
            "/Sampled is not a known member, and no extension attribute: those have lower-case letters and digits only"),
        (#""sampled":true"#, #""sampled":{}"#,
            "/sampled must be a string, a whole number or a boolean, as an extension attribute, not an object"),
        (#""email":"  Ada@Example.ORG ""#, #""email":"ada""#, "/data/member/email must be an e-mail address"),
        (#""email":"  Ada@Example.ORG ""#, #""email":"a@b","card":"1""#,
            "/data/member must have exactly one of id, card, external_id, email"),
        (#"{"email":"  Ada@Example.ORG "}"#, "{}", "/data/member must have exactly one of id, card, external_id, email"),
        (#"{"email":"  Ada@Example.ORG "}"#, #""x""#, "/data/member must be an object, not a string"),
        (#""member":{"email":"  Ada@Example.ORG "},"#, "", "/data/member is required"),
        (#""order_id":"536365","#, "", "/data/order_id is required"),
        (#""currency":"GBP""#, #""currency":"pounds""#, "/data/currency must be an ISO 4217 code: three capital letters"),
        (#""quantity":6"#, #""quantity":0"#, "/data/lines/0/quantity must be at least 1 and fit 64 bits"),
        (#""quantity":6"#, #""quantity":-6"#, "/data/lines/0/quantity must be at least 1 and fit 64 bits"),
        (#""quantity":6"#, #""quantity":1.5"#, "/data/lines/0/quantity must be a whole number, without fraction or exponent"),
        (#""unit_price":255"#, #""unit_price":9223372036854775807"#,
            "/data/lines/0 comes to more than 64 bits hold: quantity times unit_price is too large"),
        (#""unit_price":255"#, #""unit_price":9223372036854775808"#,
            "/data/lines/0/unit_price must be at least 0 and fit 64 bits"),
        (#""discount":30"#, #""discount":1531"#,
            "/data/lines/0/discount must not exceed quantity times unit_price, which is 1530"),
        (#""discount":30"#, #""discount":-1"#, "/data/lines/0/discount must be at least 0 and fit 64 bits"),
        (#""categories":["home"]"#, #""categories":"home""#, "/data/lines/0/categories must be an array, not a string"),
        (#""brand":"B""#, #""brnad":"B""#, "/data/lines/0/brnad is not a known member; did you mean \"brand\"?"),
        (#""store":"s""#, #""colour":"s""#, "/data/colour is not a known member"),
        (#""coupon_codes":["X"]"#, #""coupon_codes":[""]"#, "/data/coupon_codes/0 must not be empty"),
    ]

    @Test("a wrong piece is named", arguments: replacements)
    func wrong(piece: String, replacement: String, fault: String) {
        #expect(Self.faults(Self.purchase.replacingOccurrences(of: piece, with: replacement)) == [fault])
    }

    @Test("everything wrong comes at once")
    func everything() {
        let text = #"{"specversion":1,"source":"","type":"x","member":{},"data":{"lines":[]}}"#
        #expect(Self.faults(text).count == 5)
        let purchase = #"{"specversion":"1.0","id":"1","source":"s","type":"purchase.completed","data":{"lines":[{"x":1},{}]}}"#
        #expect(
            Self.faults(purchase) == [
                "/data/member is required", "/data/order_id is required", "/data/currency is required",
                "/data/lines/0/sku is required", "/data/lines/0/quantity is required", "/data/lines/0/unit_price is required",
                "/data/lines/0/x is not a known member", "/data/lines/1/sku is required",
                "/data/lines/1/quantity is required", "/data/lines/1/unit_price is required",
            ])
    }

    @Test("a wrong return is named", arguments: [
        ("", "/data must have either lines or amount"),
        (#","amount":1,"lines":[{"sku":"a","quantity":1,"unit_price":1}]"#, "/data/amount must be absent where lines are given"),
        (#","amount":0"#, "/data/amount must be at least 1 and fit 64 bits"),
        (#","amount":{"amount":5,"currency":"USD"}"#,
            "/data/amount must be in EUR, the currency of the return, not in USD"),
        (#","amount":"5""#, "/data/amount must be a whole number, not a string"),
        (#","lines":[]"#, "/data/lines must have 1 to 1000 elements, not 0"),
    ])
    func wrongReturn(members: String, fault: String) {
        let data = #"{"member":{"card":"C"},"return_id":"r","currency":"EUR"\#(members)}"#
        let text = String(decoding: event("purchase.returned", data), as: UTF8.self)
        #expect(Self.faults(text) == [fault])
    }

    @Test("lines are bounded to a thousand", arguments: [(1000, 0), (1001, 1)])
    func bounds(count: Int, faults: Int) {
        let lines = [String](repeating: #"{"sku":"a","quantity":1,"unit_price":1}"#, count: count).joined(separator: ",")
        let data = #"{"member":{"card":"C"},"order_id":"o","currency":"EUR","lines":[\#(lines)]}"#
        #expect(Self.faults(String(decoding: event("purchase.completed", data), as: UTF8.self)).count == faults)
    }
}
