import HTTPTypes
import Hummingbird
import Loyalty
import LoyaltyService
import NIOCore
import Projections
import Wire

/// `/v1/reports`: what members have, do and cost, by day or month, as JSON or CSV.
struct ReportRoutes<API: LoyaltyAPI>: Sendable {
    let api: API

    func add(to routes: SecuredRoutes) {
        for kind in ReportRequest.Kind.allCases {
            routes.on(.get, RouterPath("reports/\(kind.rawValue)"), for: []) { request, context in
                try await show(kind, request, context)
            }
        }
    }

    private func show(
        _ kind: ReportRequest.Kind, _ request: Request, _ context: AuthenticatedContext
    ) async throws -> Response {
        var query = QueryReader(request.uri.query)
        let unit = query.word("by", of: ReportPeriod.Unit.allCases.map(\.rawValue)).flatMap(ReportPeriod.Unit.init)
        let (from, to) = (query.date("from"), query.date("to"))
        let view = kind.views.isEmpty ? nil : query.word("view", of: kind.views)
        let format = query.word("format", of: ["json", "csv"])
        try query.check()
        let wanted = ReportRequest(kind: kind, unit: unit ?? .month, from: from, to: to, view: view)
        let answer = try await api.report(wanted, at: context.receivedAt)
        let isCSV = format.map { $0 == "csv" } ?? Self.prefersCSV(request)
        return isCSV ? csv(kind, answer) : json(kind, answer)
    }

    private static func prefersCSV(_ request: Request) -> Bool {
        let accepted = request.headers[values: .accept].joined(separator: ",").lowercased()
        return accepted.contains("text/csv") && !accepted.contains("application/json")
    }

    private func json(_ kind: ReportRequest.Kind, _ answer: ReportAnswer) -> Response {
        var writer = JSONWriter(reserving: 4_096)
        writer.beginObject()
        writer.member("report", kind.rawValue)
        writer.nullableMember("view", answer.view)
        writer.member("by", answer.period.unit.rawValue)
        writer.member("from", answer.period.from.description)
        writer.member("to", answer.period.to.description)
        writer.key("data")
        answer.table.write(to: &writer)
        writer.endObject()
        return Answer.json(writer, headers: [.vary: "Accept"])
    }

    private func csv(_ kind: ReportRequest.Kind, _ answer: ReportAnswer) -> Response {
        let name = [kind.rawValue, answer.view, answer.period.from.description, answer.period.to.description]
            .compactMap(\.self).joined(separator: "-")
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8; header=present", .vary: "Accept",
                .contentDisposition: "attachment; filename=\"\(name).csv\"",
            ], body: ResponseBody(byteBuffer: ByteBuffer(string: answer.table.csv)))
    }
}

extension QueryReader {
    /// One of some words.
    mutating func word(_ name: String, of words: [String]) -> String? {
        guard let text = text(name) else { return nil }
        if words.contains(text) { return text }
        fault(name, "must be one of \(words.joined(separator: ", "))")
        return nil
    }

    /// A day such as `2026-03-31`.
    mutating func date(_ name: String) -> CivilDate? {
        guard let text = text(name) else { return nil }
        if let date = CivilDate(text), (1970...9998).contains(date.year) { return date }
        fault(name, "must be a date such as 2026-03-31")
        return nil
    }
}
