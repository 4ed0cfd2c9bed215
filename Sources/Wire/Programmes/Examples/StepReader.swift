internal import Loyalty
internal import Yams

/// Reads one thing that happens in an example.
struct StepReader {
    let faults: ProgrammeFaults
    let zone: ZoneRules
    let currencies: [Currency]
    let names: ExampleNames

    /// Words for what may happen, each a key of its own.
    private static let actions = [
        "buys", "returns", "activity", "redeems", "confirms", "cancels", "uses_voucher", "adjusts", "transfers",
        "subscribes", "renews", "unsubscribes", "refunds", "grants", "friend_buys", "friend_returns",
    ]

    func step(_ reader: MappingReader) -> ProgrammeExample.Step? {
        let at = reader.required("on").flatMap { instant($0, reader) }
        let given = Self.actions.filter { reader.optional($0) != nil }
        let command = given.count == 1 ? command(given[0], reader, at: at ?? .distantPast) : nil
        if given.count != 1, reader.isMapping {
            faults.add(at: reader.mark, "an event must have one of \(Self.actions.joined(separator: ", "))")
        }
        let answer = answer(reader)
        if given.count != 1 { askForEverything(reader) }
        guard let at, let command else { return nil }
        return ProgrammeExample.Step(
            line: reader.mark.line, label: "\(zone.date(of: at)) \(told(given[0], reader))", at: at, command: command,
            answer: answer)
    }

    /// Noon of a day, or an instant.
    private func instant(_ node: Node, _ reader: MappingReader) -> Instant? {
        if case .scalar(let scalar) = node, let day = CivilDate(scalar.string) {
            return Instant(micros: zone.start(of: day).micros + 12 * 3_600_000_000)
        }
        return reader.instant("on", of: node, in: zone)
    }

    private func told(_ action: String, _ reader: MappingReader) -> String {
        guard case .scalar(let scalar)? = reader.optional(action) else { return action }
        return "\(action) \(scalar.string)"
    }

    private func answer(_ reader: MappingReader) -> ProgrammeExample.Answer {
        ProgrammeExample.Answer(
            earns: reader.optional("earns").flatMap { reader.signed("earns", of: $0, within: 1_000_000_000_000) },
            worth: reader.money("worth", in: currencies.first),
            refused: reader.word("refused", as: Rejection.Code.self))
    }

    /// So that a wrong event is told of once, and not each of its keys.
    private func askForEverything(_ reader: MappingReader) {
        for key in [
            "order", "currency", "channel", "store", "partner", "coupons", "redemption", "sku", "quantity", "brand",
            "categories", "reference", "value", "as", "order_total", "hold", "reason", "wallet", "until", "to",
            "bought",
        ] { _ = reader.optional(key) }
    }

    private func command(_ action: String, _ reader: MappingReader, at: Instant) -> Command? {
        guard let node = reader.optional(action) else { return nil }
        switch action {
        case "buys": return purchase(node, reader)
        case "returns": return goodsBack(node, reader)
        case "activity":
            let reference = reader.text("reference")
            let value = reader.whole("value", in: 0...VersionContext.mostPoints)
            guard let name = reader.name(action, names.activities) else { return nil }
            return .activity(Activity(name: name, reference: reference, value: value))
        case "redeems": return redemption(node, reader)
        case "confirms": return reader.text(action, of: node).map { .confirmRedemption(id: $0) }
        case "cancels": return reader.text(action, of: node).map { .cancelRedemption(id: $0) }
        case "uses_voucher": return reader.text(action, of: node).map { .redeemVoucher(redemption: $0) }
        case "adjusts": return adjustment(node, reader)
        case "transfers": return transfer(node, reader)
        case "grants": return grant(reader)
        case "friend_buys":
            return reader.text(action, of: node).map { .referral(friend: $0, boughtAt: at, isWithdrawn: false) }
        case "friend_returns":
            let bought = reader.required("bought").flatMap { instant($0, reader) }
            return reader.text(action, of: node).map {
                .referral(friend: $0, boughtAt: bought ?? at, isWithdrawn: true)
            }
        default: return subscription(action, reader)
        }
    }

    // MARK: Goods

    private func purchase(_ node: Node, _ reader: MappingReader) -> Command? {
        let lines = lines("buys", node, reader)
        let order = reader.text("order") ?? "order-at-line-\(reader.mark.line)"
        let purchase = Purchase(
            order: OrderReference(source: "example", id: order), currency: currency(reader), lines: lines ?? [],
            channel: reader.text("channel"), store: reader.text("store"), partner: reader.text("partner"),
            redemptionID: reader.text("redemption"), couponCodes: reader.words("coupons").sorted())
        return lines == nil ? nil : .purchase(purchase)
    }

    private func goodsBack(_ node: Node, _ reader: MappingReader) -> Command? {
        let order = reader.text("order").map { OrderReference(source: "example", id: $0) }
        // Money alone says nothing of the goods; with a word about them it is one line.
        let isMoney =
            node.isScalar && ["sku", "categories", "brand", "quantity"].allSatisfy { reader.optional($0) == nil }
        let goods: PurchaseReturn.Goods? =
            isMoney
            ? reader.money("returns", of: node, in: currencies.first).map { .amount($0) }
            : lines("returns", node, reader).map { .lines($0) }
        let currency = currency(reader)
        return goods.map {
            .purchaseReturn(
                PurchaseReturn(
                    source: "example", order: order, returnID: "return-at-line-\(reader.mark.line)",
                    currency: currency, goods: $0))
        }
    }

    private func currency(_ reader: MappingReader) -> String { reader.text("currency") ?? currencies.first?.code ?? "" }

    /// An amount with what is said beside it, or a list of lines.
    private func lines(_ action: String, _ node: Node, _ reader: MappingReader) -> [Line]? {
        guard node.isList else {
            let (sku, brand) = (reader.text("sku"), reader.text("brand"))
            let quantity = reader.whole("quantity", in: 1...1_000_000) ?? 1
            let categories = reader.words("categories").sorted()
            guard let amount = reader.money(action, of: node, in: currencies.first) else { return nil }
            let gross = (amount + quantity - 1) / quantity
            return [
                Line(
                    sku: sku ?? "goods", quantity: quantity, unitPrice: gross, discount: gross * quantity - amount,
                    categories: categories, brand: brand)
            ]
        }
        return reader.list(action, of: node, count: 1...500) { node in
            let line = MappingReader(node, "a line", faults: faults)
            let price = line.required("price").flatMap { line.money("price", of: $0, in: currencies.first) }
            let read = Line(
                sku: line.text("sku") ?? "goods", quantity: line.whole("quantity", in: 1...1_000_000) ?? 1,
                unitPrice: price ?? 0, discount: line.money("discount", in: currencies.first) ?? 0,
                categories: line.words("categories").sorted(), brand: line.text("brand"))
            line.close()
            return read
        }
    }

    // MARK: Points and standing

    private func redemption(_ node: Node, _ reader: MappingReader) -> Command? {
        let total = reader.money("order_total", in: currencies.first)
        let id = reader.text("as") ?? "redemption-at-line-\(reader.mark.line)"
        let (order, partner) = (reader.text("order"), reader.text("partner"))
        let currency = currency(reader)
        let hold = reader.flag("hold") ?? false
        guard let text = reader.text("redeems", of: node) else { return nil }
        let what: RedemptionRequest.What
        if let points = DecimalText.scaled(text, digits: 0), !names.rewards.names.contains(text) {
            what = .points(points)
        } else {
            names.rewards.check(text, at: node.place, faults)
            what = .reward(text)
        }
        return .redemption(
            RedemptionRequest(
                id: id, what: what, order: order, orderTotal: total, orderCurrency: total == nil ? nil : currency,
                partner: partner, confirm: !hold))
    }

    private func adjustment(_ node: Node, _ reader: MappingReader) -> Command? {
        let wallet = reader.wallet(names.wallets)
        let reason = reader.required("reason").flatMap { reader.text("reason", of: $0) }
        guard let reason, let points = reader.signed("adjusts", of: node, within: VersionContext.mostPoints)
        else { return nil }
        return .adjustment(Adjustment(wallet: wallet, points: points, reason: reason))
    }

    private func transfer(_ node: Node, _ reader: MappingReader) -> Command? {
        let wallet = reader.wallet(names.wallets)
        let other = reader.text("to") ?? "somebody"
        guard let points = reader.decimal("transfers", of: node, digits: 0, in: 1...VersionContext.mostPoints)
        else { return nil }
        return .transferOut(id: "transfer-at-line-\(reader.mark.line)", to: other, wallet: wallet, points: points)
    }

    private func grant(_ reader: MappingReader) -> Command? {
        let until = reader.optional("until").flatMap { reader.date("until", of: $0) }
        let reason = reader.text("reason") ?? "goodwill"
        return reader.name("grants", names.tiers).map { .grantTier(tier: $0, until: until, reason: reason) }
    }

    private func subscription(_ action: String, _ reader: MappingReader) -> Command? {
        let actions: [String: SubscriptionRequest.Action] = [
            "subscribes": .start, "renews": .renew, "unsubscribes": .cancel, "refunds": .refund,
        ]
        guard let plan = reader.name(action, names.plans), let kind = actions[action] else { return nil }
        return .subscription(SubscriptionRequest(plan: plan, action: kind))
    }
}
