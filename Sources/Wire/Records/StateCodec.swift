public import Loyalty

/// The account's state as compact JSON and back, the same bytes for the same value on any machine.
///
/// Instants are microseconds since 1970-01-01 UTC, so that also "before everything" survives.
public enum StateCodec {
    static let version: Int64 = 1

    /// The bytes of a state.
    public static func encode(_ state: MemberState) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.state(state)
        return writer.bytes
    }

    /// The state behind bytes.
    /// - Throws: ``CodecError``; nothing that ``encode(_:)`` wrote is refused.
    public static func decode(_ bytes: [UInt8]) throws(CodecError) -> MemberState {
        let value = try CodecError.parsing(bytes)
        if case .integer(let written)? = value["v"], written != version {
            throw .unknownVersion(type: "state", version: written)
        }
        return try CodecError.reading(value) { $0.state() }
    }
}

extension JSONWriter {
    mutating func state(_ state: MemberState) {
        beginObject()
        member("v", StateCodec.version)
        member("programme", state.programme)
        member("language", state.language.rawValue)
        member("enrolled", state.enrolledAt.micros)
        member("latest", state.latest.micros)
        member("tier", state.standing.tier)
        optionalMember("since", state.standing.since?.micros)
        optionalMember("until", state.standing.validUntil)
        key("spend")
        beginArray()
        for spend in state.spend {
            beginArray()
            integer(Int64(spend.period))
            integer(spend.amount)
            endArray()
        }
        endArray()
        optionalMember("active", state.lastActive)
        optionalMember("inactive", state.inactiveOn)
        wallet(state.wallet)
        if state.identity != .kept { member("identity", state.identity.rawValue) }
        endObject()
    }

    private mutating func wallet(_ wallet: Wallet) {
        member("issued", wallet.issued)
        member("revoked", wallet.revoked)
        member("expired", wallet.expired)
        member("debt", wallet.debt)
        key("open")
        lots(wallet.open)
        key("ended")
        lots(wallet.ended)
    }

    private mutating func lots(_ lots: [Lot]) {
        beginArray()
        for lot in lots {
            beginObject()
            member("id", lot.id)
            member("end", lot.end.word)
            member("available", lot.available)
            if lot.expired != 0 { member("expired", lot.expired) }
            endObject()
        }
        endArray()
    }
}
