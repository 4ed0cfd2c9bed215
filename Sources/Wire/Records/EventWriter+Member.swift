internal import Loyalty

/// The shapes of what is recorded about a member's profile, tiers and memberships.
extension JSONWriter {
    mutating func members(of event: MemberEnrolled) {
        member("programme", event.programme)
        member("tier", event.tier)
        member("language", event.language.rawValue)
        optionalMember("birthday", event.birthday?.recorded)
        optionalMember("referred_by", event.referredBy)
    }

    mutating func members(of event: ProfileChanged) {
        member("fields", nonEmpty: event.fields)
        optionalMember("marketing", event.marketing?.rawValue)
        optionalMember("language", event.language?.rawValue)
        switch event.birthday {
        case .on(let day)?: member("birthday", day.recorded)
        case .unknown?: member("birthday", "unknown")
        case nil: break
        }
        member("releases_identifier", ifTrue: event.releasesIdentifier)
    }

    mutating func members(of event: SubscriptionChanged) {
        member("plan", event.plan)
        member("action", event.action.rawValue)
        member("paid_until", event.paidUntil)
        member("fee", event.fee)
        optionalMember("tier", event.tier)
        member("programme_version", Int64(event.version))
    }

    mutating func members(of event: TierGranted) {
        member("tier", event.tier)
        optionalMember("valid_until", event.until)
        member("reason", event.reason)
        member("programme_version", Int64(event.version))
    }

    mutating func members(of event: TierChanged) {
        member("from", event.from)
        member("to", event.to)
        member("reason", event.reason.rawValue)
        optionalMember("valid_until", event.validUntil)
        if let reached = event.reached {
            key("reached")
            beginObject()
            member("tier", reached.tier)
            if let since = reached.since { member("since", timeMicros: since.micros) }
            optionalMember("valid_until", reached.validUntil)
            endObject()
        }
        optionalMember("ended", event.ended)
        member("measured", nonEmpty: event.measured) { writer, measured in
            writer.beginObject()
            writer.member("metric", measured.metric)
            writer.member("value", measured.value)
            writer.endObject()
        }
        optionalMember("period", event.period)
    }

    mutating func members(of event: MemberRestated) {
        key("corrections")
        beginArray()
        for correction in event.corrections {
            let type = RecordedType(of: correction.event)
            beginObject()
            member("effect", correction.effect.rawValue)
            member("at", timeMicros: correction.at.micros)
            member("type", type.rawValue)
            key("event")
            self.event(correction.event, type)
            member("wallet", correction.wallet)
            member("points", correction.points)
            member("balance", correction.balance)
            endObject()
        }
        endArray()
        key("state")
        state(event.state)
    }
}
