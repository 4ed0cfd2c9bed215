import Foundation

/// A purchase as a till sends it.
struct Sale: Sendable {
    var id: String
    var member: String
    var source = "/till/1"
    var order: String?
    var currency = "USD"
    var time: String? = "2026-05-04T10:00:00Z"
    /// Minor units.
    var price: Int64 = 1_000
    var quantity = 1

    /// The CloudEvent.
    var json: String {
        let time = time.map { #""time":"\#($0)","# } ?? ""
        return #"{"specversion":"1.0","id":"\#(id)","source":"\#(source)","type":"purchase.completed","#
            + time + #""data":{"member":{"external_id":"\#(member)"},"order_id":"\#(order ?? id)","#
            + #""currency":"\#(currency)","lines":[{"sku":"A-1","quantity":\#(quantity),"unit_price":\#(price)}]}}"#
    }

    /// Whole dollars earn a point each, at every tier: the reference programme since 2020.
    var points: Int64 { Int64(quantity) * price / 100 }
}

extension RunningTreue {
    /// Enrols a member and answers its id.
    func enrol(_ externalID: String, locale: String = "en-US") async throws -> String {
        let reply = try await post("/v1/members", #"{"external_id":"\#(externalID)","locale":"\#(locale)"}"#)
        guard reply.status == 201 else { throw TookTooLong(description: "enrolment: \(reply.text)") }
        return try reply.json["id"].text
    }

    /// What a member has, now or as of a time.
    func balance(_ member: String, asOf: String? = nil) async throws -> JSON {
        try await get("/v1/members/\(member)/balance" + (asOf.map { "?as_of=\($0)" } ?? "")).json
    }
}
