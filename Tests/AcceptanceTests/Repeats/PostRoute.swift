import Foundation

/// A POST of the API, and how to send one that has something to do.
struct PostRoute: Sendable {
    /// One request, to be sent as often as one likes.
    struct Attempt: Sendable {
        var path: String
        var body: String? = "{}"
        var headers: [String: String] = [:]
        /// The key that sends it; nil for the administrator's.
        var key: String?
    }

    /// As the document writes it.
    var path: String
    /// Makes what the request needs, and the request: another one each time.
    var attempt: @Sendable (Stage) async throws -> Attempt

    init(_ path: String, _ attempt: @escaping @Sendable (Stage) async throws -> Attempt) {
        (self.path, self.attempt) = (path, attempt)
    }

    /// Whether what it says has an identity of its own, so that it needs no key.
    var isOwnKey: Bool { path == "/v1/events" || path.hasPrefix("/v1/connectors/") }

    /// Whether it writes nothing at all.
    var isQuestion: Bool { path == "/v1/quotes" }

    static let all = checkout + members + administration + connectors

    private static let checkout = [
        PostRoute("/v1/events") { stage in
            let sale = Sale(id: "sale-\(stage.next())", member: "buyer-\(stage.next())")
            return Attempt(path: "/v1/events", body: sale.json)
        },
        PostRoute("/v1/quotes") { stage in
            let member = try await stage.member()
            return Attempt(
                path: "/v1/quotes",
                body:
                    #"{"member":{"id":"\#(member)"},"currency":"USD","lines":[{"sku":"a","quantity":1,"unit_price":900}]}"#
            )
        },
        PostRoute("/v1/members/{id}/redemptions") { stage in
            Attempt(path: "/v1/members/\(try await stage.member(having: 50))/redemptions", body: #"{"points": 20}"#)
        },
        PostRoute("/v1/redemptions/{id}/confirm") { stage in
            Attempt(path: "/v1/redemptions/\(try await stage.redemption()["id"].text)/confirm", body: nil)
        },
        PostRoute("/v1/redemptions/{id}/cancel") { stage in
            Attempt(path: "/v1/redemptions/\(try await stage.redemption()["id"].text)/cancel", body: nil)
        },
        PostRoute("/v1/vouchers/{code}/redeem") { stage in
            let bought = try await stage.redemption(#"{"reward": "mug", "confirm": true}"#)
            return Attempt(path: "/v1/vouchers/\(bought["voucher"]["code"].text)/redeem", body: nil)
        },
    ]

    private static let members = [
        PostRoute("/v1/members") { stage in
            Attempt(path: "/v1/members", body: #"{"external_id": "new-\#(stage.next())", "name": "Ada"}"#)
        },
        PostRoute("/v1/members/{id}/adjustments") { stage in
            Attempt(
                path: "/v1/members/\(try await stage.member())/adjustments",
                body: #"{"points": 5, "reason_code": "goodwill", "note": "late parcel"}"#)
        },
        PostRoute("/v1/households") { _ in Attempt(path: "/v1/households") },
        PostRoute("/v1/households/{id}/join") { stage in
            let household = try await stage.post("/v1/households", "{}")["id"].text
            return Attempt(
                path: "/v1/households/\(household)/join", body: #"{"member": {"id": "\#(try await stage.member())"}}"#)
        },
        PostRoute("/v1/households/{id}/leave") { stage in
            let (household, member) = (
                try await stage.post("/v1/households", "{}")["id"].text, try await stage.member()
            )
            let body = #"{"member": {"id": "\#(member)"}}"#
            _ = try await stage.post("/v1/households/\(household)/join", body)
            return Attempt(path: "/v1/households/\(household)/leave", body: body)
        },
        PostRoute("/v1/rewards/{id}/codes") { stage in
            Attempt(path: "/v1/rewards/spa/codes", body: #"{"codes": ["SPA-\#(stage.next())"]}"#)
        },
        PostRoute("/v1/adjustments/{id}/approve") { stage in
            let member = try await stage.member()
            let waiting = try await stage.post(
                "/v1/members/\(member)/adjustments", #"{"points": 5000, "reason_code": "goodwill"}"#)
            return Attempt(
                path: "/v1/adjustments/\(waiting["id"].text)/approve", body: nil, key: try await stage.second())
        },
        PostRoute("/v1/members/{id}/transfers") { stage in
            let (from, to) = (try await stage.member(having: 50), try await stage.member())
            return Attempt(path: "/v1/members/\(from)/transfers", body: #"{"to": {"id": "\#(to)"}, "points": 20}"#)
        },
        PostRoute("/v1/members/{id}/merge") { stage in
            let (from, to) = (try await stage.member(having: 50), try await stage.member())
            return Attempt(path: "/v1/members/\(from)/merge", body: #"{"into": {"id": "\#(to)"}}"#)
        },
        PostRoute("/v1/members/{id}/subscription") { stage in
            Attempt(
                path: "/v1/members/\(try await stage.member())/subscription",
                body: #"{"plan": "plus", "action": "start"}"#)
        },
        PostRoute("/v1/members/{id}/tier") { stage in
            Attempt(
                path: "/v1/members/\(try await stage.member())/tier",
                body: #"{"tier": "gold", "reason_code": "goodwill"}"#)
        },
    ]

    private static let administration =
        [
            PostRoute("/v1/api_keys") { _ in Attempt(path: "/v1/api_keys", body: #"{"scopes": ["checkout"]}"#) },
            PostRoute("/v1/api_keys/{id}/rotate") { stage in
                let made = try await stage.post("/v1/api_keys", #"{"scopes": ["checkout"]}"#)
                return Attempt(path: "/v1/api_keys/\(made["id"].text)/rotate")
            },
            PostRoute("/v1/webhook_endpoints") { _ in
                Attempt(
                    path: "/v1/webhook_endpoints", body: #"{"url": "https://shop.example/treue", "enabled": false}"#)
            },
        ]
        + ["rotate_secret", "replay"].map { what in
            PostRoute("/v1/webhook_endpoints/{id}/\(what)") { stage in
                let made = try await stage.post(
                    "/v1/webhook_endpoints", #"{"url": "https://shop.example/treue", "enabled": false}"#)
                return Attempt(path: "/v1/webhook_endpoints/\(made["id"].text)/\(what)")
            }
        }
        + ["/v1/projections/verify", "/v1/log/verify"].map { path in
            PostRoute(path) { _ in Attempt(path: path, body: nil) }
        }
        + [
            PostRoute("/v1/programmes/{id}/simulations") { _ in
                Attempt(
                    path: "/v1/programmes/club/simulations",
                    body:
                        #"{"programme": {"id": "club", "currencies": ["USD"], "versions": [{"earning": [{"id": "base", "points": 2, "per": 1}]}]}}"#
                )
            }
        ]
        // A way back needs what the rebuild before it replaced.
        + ["rebuild", "rollback"].map { what in
            PostRoute("/v1/projections/{name}/\(what)") { _ in
                Attempt(path: "/v1/projections/account/\(what)", body: nil)
            }
        }
        + [
            PostRoute("/v1/projections/{name}/retry") { stage in
                Attempt(
                    path: "/v1/projections/daily/retry", body: #"{"partition": \#(try await stage.stoppedPartition())}"#
                )
            },
            PostRoute("/v1/projections/{name}/skip") { stage in
                Attempt(
                    path: "/v1/projections/daily/skip",
                    body: #"{"partition": \#(try await stage.stoppedPartition()), "position": 1, "reason": "a try"}"#)
            },
        ]

    private static let connectors = [
        PostRoute("/v1/connectors/shopify/webhooks") { stage in
            let (number, email) = (stage.next(), try await stage.address())
            let body = #"""
                {"id": \#(number), "created_at": "2026-11-06T10:20:30Z", "updated_at": "2026-11-06T10:20:31Z",
                 "currency": "USD", "email": "\#(email)", "total_tax": "0.00", "total_discounts": "0.00",
                 "customer": {"id": \#(number), "email": "\#(email)", "state": "enabled"},
                 "line_items": [{"id": \#(number), "sku": "tea", "title": "Tea", "quantity": 2, "price": "12.50",
                                 "gift_card": false}]}
                """#
            return Attempt(
                path: "/v1/connectors/shopify/webhooks", body: body,
                headers: [
                    "X-Shopify-Topic": "orders/paid", "X-Shopify-Hmac-Sha256": try await stage.signature(of: body),
                ])
        },
        PostRoute("/v1/connectors/woocommerce/webhooks") { stage in
            let (number, email) = (stage.next(), try await stage.address())
            let body = #"""
                {"id": \#(number), "status": "processing", "currency": "USD", "prices_include_tax": false,
                 "date_created_gmt": "2026-11-06T09:20:30", "date_modified_gmt": "2026-11-06T09:20:35",
                 "date_paid_gmt": "2026-11-06T09:20:34", "total_tax": "0.00", "billing": {"email": "\#(email)"},
                 "line_items": [{"id": \#(number), "sku": "tea", "name": "Tea", "quantity": 2, "subtotal": "25.00",
                                 "total": "25.00"}], "refunds": []}
                """#
            return Attempt(
                path: "/v1/connectors/woocommerce/webhooks", body: body,
                headers: [
                    "X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Source": "https://tee.example/",
                    "X-WC-Webhook-Signature": try await stage.signature(of: body),
                ])
        },
    ]
}
