internal import Loyalty

/// The account's state, member by member.
extension ObjectReader {
    func state() -> MemberState? {
        _ = recordedInteger("v")
        let programme = recordedText("programme")
        let language = recordedLanguage()
        let enrolled = recordedInteger("enrolled")
        let latest = recordedInteger("latest")
        let tier = recordedText("tier")
        let since = optionalInteger("since", in: .min ... .max)
        let until = optionalRecordedDate("until")
        let spend = spend()
        let active = optionalRecordedDate("active")
        let inactive = optionalRecordedDate("inactive")
        let wallet = wallet()
        let identity = identity()
        guard let programme, let language, let enrolled, let latest, let tier, let spend, let wallet else { return nil }
        return MemberState(
            programme: programme, language: language, enrolledAt: Instant(micros: enrolled),
            latest: Instant(micros: latest), wallet: wallet,
            standing: MemberState.Standing(tier: tier, since: since.map(Instant.init(micros:)), validUntil: until),
            spend: spend, lastActive: active, inactiveOn: inactive, identity: identity)
    }

    /// Pairs of year and amount.
    private func spend() -> [MemberState.Spend]? {
        guard case .array(let pairs)? = required("spend") else { return nil }
        let spend = pairs.compactMap { pair -> MemberState.Spend? in
            guard case .array(let numbers) = pair, numbers.count == 2, case .integer(let period) = numbers[0],
                case .integer(let amount) = numbers[1]
            else { return nil }
            return MemberState.Spend(period: Int(period), amount: amount)
        }
        if spend.count == pairs.count { return spend }
        fault(at: "spend", "must be pairs of year and amount")
        return nil
    }

    private func wallet() -> Wallet? {
        let issued = recordedInteger("issued")
        let revoked = recordedInteger("revoked")
        let expired = recordedInteger("expired")
        let debt = recordedInteger("debt")
        let open = recordedObjects("open") { $0.lot() }
        let ended = recordedObjects("ended") { $0.lot() }
        guard let issued, let revoked, let expired, let debt, let open, let ended else { return nil }
        return Wallet(open: open, ended: ended, debt: debt, issued: issued, revoked: revoked, expired: expired)
    }

    private func lot() -> Lot? {
        let id = recordedDate("id")
        let end = lotEnd("end")
        let available = recordedInteger("available")
        let expired = optionalInteger("expired", in: .min ... .max)
        guard let id, let end, let available else { return nil }
        return Lot(id: id, end: end, available: available, expired: expired ?? 0)
    }
}
