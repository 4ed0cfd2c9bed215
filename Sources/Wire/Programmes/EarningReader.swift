internal import Loyalty
internal import Yams

/// Reads the earning rules of a version.
struct EarningReader {
    let context: VersionContext
    private var faults: ProgrammeFaults { context.faults }
    private var currency: Currency? { context.currency }

    init(context: VersionContext) { self.context = context }

    /// Digits behind the point that a number of points may have in a rate.
    private static let pointDigits = 6

    func rules(_ version: MappingReader) -> [EarningRule] {
        let values = WalletReader(context: context)
        var before = KnownNames(what: "an earlier earning rule", names: [])
        return context.list("earning", of: version, atMost: 500, "earning rule", one: "an earning rule") { reader, id in
            let effect = effect(reader)
            let cap = cap(reader)
            if case .accumulated = effect, let cap, cap.window != .life {
                faults.add(
                    at: reader.place(of: "cap"),
                    "`cap` of a rule that accumulates must be per life: it gives what is due of one growing total")
            }
            let budget = self.cap(reader, "budget")
            if case .accumulated = effect, budget != nil {
                faults.add(
                    at: reader.place(of: "budget"),
                    "a rule that accumulates has no `budget`: it gives what is due of one growing total")
            }
            let unless = reader.names("unless", before)
            before.names.append(id)
            let rule = EarningRule(
                id: id, wallet: reader.wallet(context.wallets), effect: effect ?? .multiplier(thousandths: 1000),
                condition: condition(reader),
                rounding: reader.word("round", as: EarningRule.Rounding.self) ?? .down,
                roundingBasis: reader.word("round_each", as: EarningRule.RoundingBasis.self) ?? .order, cap: cap,
                budget: budget,
                expiry: values.ownExpiry(reader), maturity: values.maturity(reader), unless: unless)
            return effect == nil ? nil : rule
        }
    }

    // MARK: What it gives

    private func effect(_ reader: MappingReader) -> EarningRule.Effect? {
        let points = reader.optional("points")
        let multiplier = reader.optional("multiplier")
        let accumulate = reader.optional("accumulate")
        switch (points, multiplier, accumulate) {
        case (let points?, nil, nil):
            return reader.optional("points_per") == nil ? base(reader, points) : fixed(reader, points)
        case (nil, let multiplier?, nil):
            return self.multiplier(reader, multiplier)
        case (nil, nil, let accumulate?):
            refuse(reader, ["per", "by_tier", "points_per", "round_each"], "a rule that accumulates")
            return accumulated(accumulate)
        default:
            for key in ["per", "by_tier", "points_per", "round", "round_each"] { _ = reader.optional(key) }
            faults.add(at: reader.mark, "an earning rule must have either `points`, `multiplier` or `accumulate`")
            return nil
        }
    }

    private func refuse(_ reader: MappingReader, _ keys: [String], _ other: String) {
        reader.refuse(keys) { "`\($0)` belongs to a rule with points, not to \(other)" }
    }

    private func multiplier(_ reader: MappingReader, _ multiplier: Node) -> EarningRule.Effect? {
        refuse(reader, ["per", "by_tier", "points_per", "round", "round_each"], "a multiplier")
        let thousandths = reader.decimal("multiplier", of: multiplier, digits: 3, in: 1...1000)
        if thousandths == 1000 {
            faults.add(at: multiplier.place, "`multiplier` must be greater than 1")
            return nil
        }
        return thousandths.map { .multiplier(thousandths: $0) }
    }

    private func base(_ reader: MappingReader, _ points: Node) -> EarningRule.Effect? {
        let per = per(reader)
        let standard = reader.decimal("points", of: points, digits: Self.pointDigits, in: 0...1_000_000)
        var byTier: [String: Int64] = [:]
        if let rates = reader.mapping("by_tier") {
            for (tier, mark, value) in rates.everything() {
                context.tiers.check(tier, at: mark, faults)
                byTier[tier] = rates.decimal("by_tier", of: value, digits: Self.pointDigits, in: 0...1_000_000)
            }
        }
        guard let per, let standard else { return nil }
        return .base(standard: rate(standard, per), byTier: byTier.mapValues { rate($0, per) })
    }

    /// Minor units for which the points are given; one unit of the currency where the file says nothing.
    private func per(_ reader: MappingReader) -> Int64? {
        guard let node = reader.optional("per") else { return currency?.minorUnits ?? 1 }
        let digits = currency?.digits ?? 4
        guard let per = reader.decimal("per", of: node, digits: digits, in: 0...1_000_000) else { return nil }
        if per > 0 { return per }
        faults.add(at: node.place, "`per` must be greater than 0")
        return nil
    }

    /// Millionths of points for minor units, reduced.
    private func rate(_ millionths: Int64, _ minorUnits: Int64) -> Ratio {
        Ratio(reducing: millionths, minorUnits * 1_000_000)
    }

    private func fixed(_ reader: MappingReader, _ points: Node) -> EarningRule.Effect? {
        refuse(reader, ["per", "by_tier", "round", "round_each"], "one with points_per")
        let number = reader.decimal("points", of: points, digits: 0, in: 1...1_000_000)
        guard let node = reader.optional("points_per") else { return nil }
        let unit: EarningRule.Unit?
        if node.isScalar {
            switch reader.word("points_per", of: node, among: ["order", "line", "item", "visit"]) {
            case "order": unit = .order
            case "line": unit = .line
            case "item": unit = .item
            case "visit": unit = .visit
            default: unit = nil
            }
        } else {
            unit = set(MappingReader(node, "`points_per`", faults: faults))
        }
        guard let number, let unit else { return nil }
        return .fixed(points: number, per: unit)
    }

    private func set(_ reader: MappingReader) -> EarningRule.Unit {
        let parts = reader.list("set", count: 1...20) { node -> EarningRule.SetPart? in
            let part = MappingReader(node, "a part of a set", faults: faults)
            let keys = ["sku", "category", "brand"]
            let texts = keys.map { part.text($0) }
            let quantity = part.whole("quantity", in: 1...1000) ?? 1
            part.close()
            guard keys.filter({ part.optional($0) != nil }).count == 1 else {
                if part.isMapping {
                    faults.add(at: part.mark, "a part of a set must have one of sku, category or brand")
                }
                return nil
            }
            func one(_ text: String?) -> Set<String> { Set([text].compactMap { $0 }) }
            let goods = GoodsCondition(categories: one(texts[1]), brands: one(texts[2]), skus: one(texts[0]))
            return EarningRule.SetPart(goods, quantity: quantity)
        }
        reader.close()
        return .set(parts)
    }

    private func accumulated(_ node: Node) -> EarningRule.Effect? {
        let reader = MappingReader(node, "`accumulate`", faults: faults)
        let points = reader.required("points").flatMap {
            reader.decimal("points", of: $0, digits: Self.pointDigits, in: 0...1_000_000)
        }
        let per = per(reader)
        let threshold = reader.money("from_total", in: currency) ?? 0
        reader.close()
        guard let points, let per else { return nil }
        return .accumulated(rate: rate(points, per), threshold: threshold)
    }

    /// The most that is given in a window.
    func cap(_ rule: MappingReader, _ key: String = "cap") -> EarningRule.Cap? {
        guard let reader = rule.mapping(key) else { return nil }
        let points = reader.requiredWhole("points", in: 1...VersionContext.mostPoints)
        let window = reader.required("per").flatMap {
            reader.word("per", of: $0, as: EarningRule.Cap.Window.self)
        }
        reader.close()
        guard let points, let window else { return nil }
        return EarningRule.Cap(points: points, window: window)
    }

    // MARK: When it holds

    private func condition(_ rule: MappingReader) -> EarningCondition {
        guard let reader = rule.mapping("when") else { return EarningCondition() }
        let (from, until) = context.span(reader)
        let condition = EarningCondition(
            from: from, until: until, weekdays: weekdays(reader), hours: hours(reader),
            tiers: reader.names("tiers", context.tiers), plans: reader.names("plans", context.plans),
            channels: reader.words("channels"), stores: reader.words("stores"),
            partners: reader.names("partners", context.partners), coupons: reader.words("coupons"),
            firstPurchase: reader.flag("first_purchase"), birthdayMonth: reader.flag("birthday_month") ?? false,
            minimumAmount: reader.money("minimum", in: currency) ?? 0,
            goods: GoodsCondition(
                categories: reader.words("categories"), brands: reader.words("brands"), skus: reader.words("skus"),
                exceptCategories: reader.words("except_categories")))
        reader.close()
        return condition
    }

    private static let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    private func weekdays(_ reader: MappingReader) -> Set<Int> {
        Set(
            reader.list("weekdays", count: 0...7) { node in
                reader.word("weekdays", of: node, among: Self.days).flatMap(Self.days.firstIndex).map { $0 + 1 }
            })
    }

    /// `16:00-18:00`; `24:00` is the end of the day.
    private func hours(_ reader: MappingReader) -> Range<Int>? {
        guard let node = reader.optional("hours"), let text = reader.text("hours", of: node) else { return nil }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(Self.minutes)
        guard ends.count == 2, let first = ends[0], let last = ends[1] else {
            faults.add(at: node.place, "`hours` must be two times such as \"16:00-18:00\", not `\(text)`")
            return nil
        }
        guard first < last else {
            faults.add(
                at: node.place, "`hours` must end after they begin, not `\(text)`: over midnight they are two rules")
            return nil
        }
        return first..<last
    }

    private static func minutes(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), let hours = Int(text.prefix(2)),
            let minutes = Int(text.suffix(2)), (0...24).contains(hours), (0...59).contains(minutes),
            hours < 24 || minutes == 0
        else { return nil }
        return hours * 60 + minutes
    }
}
