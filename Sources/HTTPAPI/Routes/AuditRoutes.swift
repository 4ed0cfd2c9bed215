import HTTPTypes
import Hummingbird
import LoyaltyService
import Wire

/// `/v1/audit`: what administrators did.
struct AuditRoutes<API: LoyaltyAPI>: Sendable {
    let api: API

    func add(to routes: SecuredRoutes) {
        routes.on(.get, "audit", for: [.admin]) { request, _ in
            var query = QueryReader(request.uri.query)
            let part = query.page()
            try query.check()
            let page = try await api.auditTrail(page: part)
            var writer = JSONWriter(reserving: 64 + page.items.count * 300)
            writer.page(page) { $0.act($1) }
            return Answer.json(writer)
        }
    }
}
