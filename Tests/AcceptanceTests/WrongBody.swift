import Testing

/// A body that `POST /v1/events` refuses, and how.
struct WrongBody: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var body: [UInt8]
    var status: Int
    var code: String
    var pointers: [String]
    var type: String

    init(
        _ name: String, _ body: String, _ status: Int, _ code: String, at pointers: String...,
        type: String = "application/json"
    ) {
        (testDescription, self.body, self.status, self.code) = (name, Array(body.utf8), status, code)
        (self.pointers, self.type) = (pointers, type)
    }

    private static let sale = Sale(id: "wrong", member: "ada")
    private static let json = sale.json

    /// The good sale with a piece of it exchanged.
    private static func with(_ new: String, for old: String) -> String { json.replacing(old, with: new) }

    /// The good sale with other lines.
    private static func lines(_ lines: String) -> String {
        with("\"lines\":[\(lines)]", for: #""lines":[{"sku":"A-1","quantity":1,"unit_price":1000}]"#)
    }

    static let all = readable + numbers + unreadable

    /// Readable, and wrong in what they say.
    private static let readable = [
        WrongBody("unknown member", Sale(id: "wrong", member: "nobody").json, 404, "member_not_found"),
        WrongBody(
            "unknown field", with(#""colour":"red","lines""#, for: #""lines""#), 422, "validation_failed",
            at: "/data/colour"),
        WrongBody(
            "two ways to name the member", with(#"{"external_id":"ada","card":"1"}"#, for: #"{"external_id":"ada"}"#),
            422, "validation_failed", at: "/data/member"),
        WrongBody(
            "currency that is none", with("usd", for: "USD"), 422, "validation_failed", at: "/data/currency"),
        WrongBody("currency that is not listed", with("EUR", for: "USD"), 422, "currency_not_accepted"),
        WrongBody(
            "future time", with("2096-01-01T00:00:00Z", for: "2026-05-04T10:00:00Z"), 422, "event_in_future",
            at: "/time"),
        WrongBody(
            "time without offset", with("2026-05-04T10:00:00\"", for: "2026-05-04T10:00:00Z\""), 422,
            "validation_failed", at: "/time"),
        WrongBody(
            "missing specversion", with("{", for: #"{"specversion":"1.0","#), 422, "validation_failed",
            at: "/specversion"),
        WrongBody(
            "unknown type", with("purchase.imagined", for: "purchase.completed"), 422, "validation_failed",
            at: "/type"),
        WrongBody("no lines", lines(""), 422, "validation_failed", at: "/data/lines"),
        WrongBody(
            "array where an object is due", with("[]", for: #"{"external_id":"ada"}"#), 422, "validation_failed",
            at: "/data/member"),
        WrongBody(
            "batch where one event is due", "[\(json)]", 422, "validation_failed",
            type: "application/cloudevents+json"),
        WrongBody(
            "event where a batch is due", json, 422, "validation_failed", type: "application/cloudevents-batch+json"),
        WrongBody("text where an event is due", "\"sale\"", 422, "validation_failed"),
    ]

    private static let numbers = [
        WrongBody(
            "negative quantity", lines(#"{"sku":"A","quantity":-1,"unit_price":1}"#), 422, "validation_failed",
            at: "/data/lines/0/quantity"),
        WrongBody(
            "zero quantity", lines(#"{"sku":"A","quantity":0,"unit_price":1}"#), 422, "validation_failed",
            at: "/data/lines/0/quantity"),
        WrongBody(
            "fraction of a cent", lines(#"{"sku":"A","quantity":1,"unit_price":10.5}"#), 422, "validation_failed",
            at: "/data/lines/0/unit_price"),
        WrongBody(
            "price beyond 64 bits", lines(#"{"sku":"A","quantity":1,"unit_price":9223372036854775808}"#), 422,
            "validation_failed", at: "/data/lines/0/unit_price"),
        WrongBody(
            "line beyond 64 bits",
            lines(#"{"sku":"A","quantity":4611686018427387904,"unit_price":9223372036854775807}"#),
            422, "validation_failed"),
        WrongBody(
            "sum of lines beyond 64 bits",
            lines(
                Array(repeating: #"{"sku":"A","quantity":1,"unit_price":9223372036854775807}"#, count: 3)
                    .joined(separator: ",")), 422, "amount_too_large"),
        WrongBody(
            "discount above the line's price", lines(#"{"sku":"A","quantity":1,"unit_price":5,"discount":6}"#), 422,
            "validation_failed", at: "/data/lines/0/discount"),
    ]

    private static let unreadable = [
        WrongBody("one event of 2 MB", lines(bulk), 413, "body_too_large"),
        WrongBody("broken JSON", String(json.dropLast(2)), 400, "unreadable_body"),
        WrongBody("something after the end", json + "}", 400, "unreadable_body"),
        WrongBody("broken UTF-8", notUTF8: json),
        WrongBody(
            "duplicate keys", with(#""currency":"USD","currency":"USD""#, for: #""currency":"USD""#), 400,
            "unreadable_body"),
        WrongBody("deep nesting", String(repeating: "[", count: 20_000), 400, "unreadable_body"),
        WrongBody(
            "deep nesting inside", with(String(repeating: "{\"a\":", count: 5_000), for: #"{"external_id":"ada"}"#),
            400,
            "unreadable_body"),
        WrongBody("empty body", "", 400, "unreadable_body"),
        WrongBody("form", "a=b", 415, "unsupported_media_type", type: "application/x-www-form-urlencoded"),
        WrongBody("XML", json, 415, "unsupported_media_type", type: "text/xml"),
    ]

    private static let bulk = String(repeating: #"{"sku":"A-1","quantity":1,"unit_price":1000},"#, count: 45_000) + "{}"

    private init(_ name: String, notUTF8 json: String) {
        self.init(name, json.replacing("A-1", with: "A~1"), 400, "unreadable_body")
        body = body.map { $0 == UInt8(ascii: "~") ? 0xFF : $0 }
    }
}
