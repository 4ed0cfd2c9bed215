internal import Loyalty

/// What is recorded about a member's profile, tiers and memberships.
extension ObjectReader {
    func memberEnrolled() -> MemberEnrolled? {
        let programme = recordedText("programme")
        let tier = recordedText("tier")
        let language = recordedLanguage()
        let birthday = optionalRecordedMonthDay("birthday")
        let referredBy = optionalRecordedText("referred_by")
        guard let programme, let tier, let language else { return nil }
        return MemberEnrolled(
            programme: programme, tier: tier, language: language, birthday: birthday, referredBy: referredBy)
    }

    func profileChanged() -> ProfileChanged? {
        let fields = recordedTexts("fields")
        let marketing = optionalRecordedCase("marketing", of: ProfileChanged.Consent.self)
        let language = optionalRecordedCase("language", of: Language.self)
        let birthday = optionalRecorded("birthday", "a day of the year such as 03-01, or unknown") { text in
            text == "unknown" ? ProfileChanged.Birthday.unknown : MonthDay(recorded: text).map { .on($0) }
        }
        let releases = recordedFlag("releases_identifier")
        return ProfileChanged(
            fields: fields, marketing: marketing, language: language, birthday: birthday, releasesIdentifier: releases)
    }

    func subscriptionChanged() -> SubscriptionChanged? {
        let plan = recordedText("plan")
        let action = recordedCase("action", of: SubscriptionChanged.Action.self)
        let paidUntil = recordedDate("paid_until")
        let fee = recordedInteger("fee")
        let tier = optionalRecordedText("tier")
        let version = recordedInt("programme_version")
        guard let plan, let action, let paidUntil, let fee, let version else { return nil }
        return SubscriptionChanged(
            plan: plan, action: action, paidUntil: paidUntil, fee: fee, tier: tier, version: version)
    }

    func tierGranted() -> TierGranted? {
        let tier = recordedText("tier")
        let until = optionalRecordedDate("valid_until")
        let reason = recordedText("reason")
        let version = recordedInt("programme_version")
        guard let tier, let reason, let version else { return nil }
        return TierGranted(tier: tier, until: until, reason: reason, version: version)
    }

    func tierChanged() -> TierChanged? {
        let from = recordedText("from")
        let to = recordedText("to")
        let reason = recordedCase("reason", of: TierChanged.Reason.self)
        let validUntil = optionalRecordedDate("valid_until")
        let reached = optionalRecordedObject("reached") { $0.reachedStanding() }
        let ended = optionalRecordedDate("ended")
        let measured = optionalRecordedObjects("measured") { $0.measured() }
        let period = optionalRecordedPeriod("period")
        guard let from, let to, let reason, let measured else { return nil }
        return TierChanged(
            from: from, to: to, reason: reason, validUntil: validUntil, reached: reached, ended: ended,
            measured: measured, period: period)
    }

    private func reachedStanding() -> MemberState.Standing? {
        let tier = recordedText("tier")
        let since = optionalTime("since")
        let validUntil = optionalRecordedDate("valid_until")
        return tier.map {
            MemberState.Standing(tier: $0, since: since.map(Instant.init(micros:)), validUntil: validUntil)
        }
    }

    private func measured() -> TierChanged.Measured? {
        let metric = recordedText("metric")
        let value = recordedInteger("value")
        guard let metric, let value else { return nil }
        return TierChanged.Measured(metric: metric, value: value)
    }

    func memberAbsorbed() -> MemberAbsorbed? {
        let from = recordedText("from")
        let state = recordedState()
        guard let from, let state else { return nil }
        return MemberAbsorbed(from: from, state: state)
    }

    func memberRestated() -> MemberRestated? {
        let corrections = recordedObjects("corrections") { $0.correction() }
        let state = recordedState()
        guard let corrections, let state else { return nil }
        return MemberRestated(corrections: corrections, state: state)
    }

    /// A state inside an event has a version of its own.
    private func recordedState() -> MemberState? { raised("state", StateUpcaster.current) { $0.state() } }

    private func correction() -> MemberRestated.Correction? {
        let effect = recordedCase("effect", of: MemberRestated.Correction.Effect.self)
        let at = recordedTime("at")
        let type = recordedCase("type", of: RecordedType.self)
        let event = type.flatMap { type in
            raised("event", { value throws(CodecError) in try Upcaster.current(value, of: type) }, { $0.event(type) })
        }
        let wallet = recordedText("wallet")
        let points = recordedInteger("points")
        let balance = recordedInteger("balance")
        guard let effect, let at, let event, let wallet, let points, let balance else { return nil }
        return MemberRestated.Correction(
            effect: effect, at: at, event: event, wallet: wallet, points: points, balance: balance)
    }
}
