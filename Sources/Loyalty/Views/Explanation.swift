extension LedgerEntry {
    /// A sentence that a member understands.
    public func explanation(in language: Language, under programme: Programme) -> String {
        let teller = Teller(language: language, programme: programme)
        let sentence = teller.sentence(for: event, at: at)
        switch kind {
        case .accrualReversal, .maturityReversal, .expiryReversal, .tierReversal, .lapseReversal,
            .subscriptionReversal:
            return language.text("No longer so since an earlier event arrived: ", "Durch eine Nachmeldung aufgehoben: ")
                + sentence
        default:
            return sentence
        }
    }
}

/// Tells why points moved.
struct Teller {
    let language: Language
    let programme: Programme

    func say(_ english: @autoclosure () -> String, _ german: @autoclosure () -> String) -> String {
        language.text(english(), german())
    }

    func sentence(for event: LoyaltyEvent, at: Instant) -> String {
        switch event {
        case .pointsAccrued(let event): accrual(event)
        case .pointsMatured: say("Points are available now", "Punkte sind jetzt verfügbar")
        case .pointsRevoked(let event): revocation(event)
        case .pointsExpired(let event): expiry(event)
        case .pointsAdjusted(let event): adjustment(event)
        case .pointsTransferred(let event):
            event.direction == .in
                ? say("From another member", "Von einem anderen Mitglied")
                : say("To another member", "An ein anderes Mitglied")
        case .redemptionReserved, .redemptionConfirmed, .redemptionCancelled, .voucherIssued, .voucherRedeemed:
            redemption(event)
        case .referralCompleted:
            say("A friend gave back what they had bought", "Eine geworbene Person hat ihren Einkauf zurückgegeben")
        case .subscriptionChanged(let event): subscription(event)
        case .tierChanged(let event): tier(event)
        case .returnHeld(let event):
            say(
                "Return \(event.goods.returnID) waits for its order \(event.goods.order?.id ?? "")",
                "Rückgabe \(event.goods.returnID) wartet auf ihre Bestellung \(event.goods.order?.id ?? "")")
        case .merged: say("This card became another one", "Diese Karte ging in einer anderen auf")
        case .absorbed: say("From a card that became this one", "Von einer Karte, die in dieser aufging")
        default: ""
        }
    }

    private func accrual(_ event: PointsAccrued) -> String {
        let sentence = reason(event.reason, rule: event.rule)
        switch event.matures {
        case nil: return sentence
        case .on(let day)?:
            return sentence
                + say(", available from \(language.day(day))", ", verfügbar ab \(language.day(day))")
        case .activity(let name, _)?:
            return sentence + say(", available after \(name)", ", verfügbar nach \(name)")
        }
    }

    private func reason(_ reason: AccrualReason, rule: String) -> String {
        switch reason {
        case .base(_, let amount, let currency, let rate):
            return say(
                "\(self.rate(rate, currency)) on \(money(amount, currency))",
                "\(self.rate(rate, currency)) auf \(money(amount, currency))")
        case .multiplier(_, let amount, let currency, let thousandths):
            let times = decimal(thousandths)
            return say(
                "\(times) times the points on \(money(amount, currency))",
                "\(times)-fache Punkte auf \(money(amount, currency))")
        case .fixed(_, let count): return say("\(rule), \(count) time(s)", "\(rule), \(count)-mal")
        case .accumulated(_, let total, let currency, let rate):
            return say(
                "\(rule): \(self.rate(rate, currency)) on \(money(total, currency)) so far",
                "\(rule): \(self.rate(rate, currency)) auf bisher \(money(total, currency))")
        case .activity(let name, _): return say("For \(name)", "Für \(name)")
        case .gift(.birthday, _): return say("A gift for your birthday", "Ein Geschenk zum Geburtstag")
        case .gift(.anniversary, _):
            return say("A gift for another year as a member", "Ein Geschenk zum Jahrestag der Mitgliedschaft")
        case .referral(let order):
            return order == nil
                ? say("For bringing a friend", "Für das Werben einer Person")
                : say("Welcome: a friend brought you", "Willkommen: du wurdest geworben")
        }
    }

    private func revocation(_ event: PointsRevoked) -> String {
        let order = event.order.map { say(" of order \($0.id)", " der Bestellung \($0.id)") } ?? ""
        var parts = say("Return \(event.returnID)\(order)", "Rückgabe \(event.returnID)\(order)")
        if event.pending > 0 {
            parts += say(
                "; \(event.pending) of its points were pending", "; \(event.pending) ihrer Punkte waren vorgemerkt")
        }
        if event.lapsed > 0 {
            parts += say(
                "; \(event.lapsed) of its points had lapsed already",
                "; \(event.lapsed) ihrer Punkte waren schon verfallen")
        }
        return parts
    }

    private func expiry(_ event: PointsExpired) -> String {
        guard let since = event.inactiveSince else { return say("Points lapsed", "Punkte verfallen") }
        return say(
            "Points lapsed: nothing bought since \(language.day(since))",
            "Punkte verfallen: kein Einkauf seit dem \(language.day(since))")
    }

    private func adjustment(_ event: PointsAdjusted) -> String {
        event.adjustment.points > 0
            ? say("Given: \(event.adjustment.reason)", "Gutschrift: \(event.adjustment.reason)")
            : say("Corrected: \(event.adjustment.reason)", "Korrektur: \(event.adjustment.reason)")
    }

    private func redemption(_ event: LoyaltyEvent) -> String {
        switch event {
        case .redemptionReserved(let event):
            say("Reserved for \(what(event.redemption))", "Vorgemerkt für \(what(event.redemption))")
        case .redemptionConfirmed(let event):
            say("Redeemed for \(what(event.redemption))", "Eingelöst für \(what(event.redemption))")
        case .redemptionCancelled(let event):
            switch event.reason {
            case .cancelled, .refunded:
                say("Given back: \(what(event.redemption))", "Zurückgegeben: \(what(event.redemption))")
            case .lapsed:
                say(
                    "Given back, not confirmed in time: \(what(event.redemption))",
                    "Zurückgegeben, nicht rechtzeitig bestätigt: \(what(event.redemption))")
            }
        case .voucherIssued(let event):
            event.validUntil.map {
                say("Voucher issued, valid until \(language.day($0))", "Gutschein, gültig bis \(language.day($0))")
            } ?? say("Voucher issued", "Gutschein ausgestellt")
        default: say("Voucher used", "Gutschein eingelöst")
        }
    }

    private func what(_ redemption: Redemption) -> String {
        if let id = redemption.reward {
            return programme.version(number: redemption.version).reward(id)?.name ?? id
        }
        return redemption.value.map { money($0, redemption.currency) } ?? say("points", "Punkte")
    }

    private func subscription(_ event: SubscriptionChanged) -> String {
        let name = programme.version(number: event.version).plan(event.plan)?.name ?? event.plan
        let until = language.day(event.paidUntil)
        switch event.action {
        case .started: return say("\(name) began, paid until \(until)", "\(name) begonnen, bezahlt bis \(until)")
        case .renewed: return say("\(name) renewed until \(until)", "\(name) verlängert bis \(until)")
        case .cancelled: return say("\(name) cancelled, runs until \(until)", "\(name) gekündigt, läuft bis \(until)")
        case .refunded: return say("\(name) paid back", "\(name) erstattet")
        case .ended: return say("\(name) ran out", "\(name) ausgelaufen")
        }
    }

    private func tier(_ event: TierChanged) -> String {
        let version = programme.versions.last { $0.tiers.levels.contains { $0.id == event.to } }
        let name = version?.tiers.levels.first { $0.id == event.to }?.name ?? event.to
        let until = event.validUntil.map { say(", until \(language.day($0))", ", bis \(language.day($0))") } ?? ""
        let measured = event.measured.map(told).joined(separator: ", ")
        let period = event.period.map(told) ?? ""
        switch event.reason {
        case .reached:
            return say(
                "\(name) reached with \(measured)\(period)\(until)", "\(name) erreicht mit \(measured)\(period)\(until)"
            )
        case .reviewed:
            return say(
                "\(name) after review: \(measured)\(period)\(until)",
                "\(name) nach Prüfung: \(measured)\(period)\(until)")
        case .granted: return say("\(name) given\(until)", "\(name) verliehen\(until)")
        case .ended: return say("\(name) again\(until)", "Wieder \(name)\(until)")
        }
    }

    private func told(_ measured: TierChanged.Measured) -> String {
        switch Metric(name: measured.metric) {
        case .spend: money(measured.value, programme.currencies.first?.code ?? "")
        case .orders: say("\(measured.value) orders", "\(measured.value) Bestellungen")
        case .earned(let wallet): "\(measured.value) \(wallet)"
        }
    }

    private func told(_ period: Period) -> String {
        switch period {
        case .year(let year): say(" in \(year)", " im Jahr \(year)")
        case .membershipYear(let index): say(" in year \(index + 1)", " im \(index + 1). Jahr")
        case .day, .life: ""
        }
    }
}
