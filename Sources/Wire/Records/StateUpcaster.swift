/// Brings an old state into the shape that is written now.
enum StateUpcaster {
    static func current(_ node: JSONNode) throws(CodecError) -> JSONNode {
        let written = try Upcaster.writtenVersion(of: node, "state", upTo: StateCodec.version)
        return written == 1 ? JSONNode(second(node.value).replacing("v", with: .integer(2))) : node
    }

    /// From one wallet, whose lots were named by days, and spend by year.
    ///
    /// What had lapsed of single lots goes: the log has it. The number of purchases was not kept: one at least, where
    /// there was any. The wallet counts as settled up to the state's last event, so that a return of an older sale is
    /// judged from the log.
    private static func second(_ value: JSONValue) -> JSONValue {
        let totals = totals(value["spend"])
        var more: [JSONMember] = []
        if let wallet = wallet(value) { more.append(JSONMember("wallets", .array([wallet]))) }
        if !totals.isEmpty { more.append(JSONMember("totals", .array(totals))) }
        if value["active"] != nil { more.append(JSONMember("purchases", .integer(1))) }
        return value.without("spend", "inactive", "issued", "revoked", "expired", "debt", "open", "ended").adding(more)
    }

    private static func totals(_ spend: JSONValue?) -> [JSONValue] {
        guard case .array(let pairs)? = spend else { return [] }
        return pairs.compactMap { pair in
            guard case .array(let numbers) = pair, numbers.count == 2, case .integer(let year) = numbers[0],
                numbers[1] != .integer(0)
            else { return nil }
            return .array([.string(String(year)), .string("spend"), numbers[1]])
        }
    }

    /// The wallet `points`; nil where nothing had come into it.
    private static func wallet(_ value: JSONValue) -> JSONValue? {
        let sums = ["debt", "issued", "expired", "revoked"].compactMap { name in
            value.number(name) == 0 ? nil : JSONMember(name, .integer(value.number(name)))
        }
        let lots = lots(value["open"])
        guard !sums.isEmpty || !lots.isEmpty || value["inactive"] != nil else { return nil }
        var members = [JSONMember("id", Upcaster.firstWallet)]
        if !lots.isEmpty { members.append(JSONMember("lots", .array(lots))) }
        members += sums
        if let day = value["inactive"] { members.append(JSONMember("inactive", day)) }
        if let latest = value["latest"] { members.append(JSONMember("settled", latest)) }
        return .object(members)
    }

    /// Lots with the same end are one; empty ones are none.
    private static func lots(_ open: JSONValue?) -> [JSONValue] {
        guard case .array(let lots)? = open else { return [] }
        return ["inactivity", "never"].compactMap { end in
            let points = lots.reduce(Int64(0)) { $1["end"] == .string(end) ? $0 &+ $1.number("available") : $0 }
            guard points != 0 else { return nil }
            return .object([JSONMember("end", .string(end)), JSONMember("points", .integer(points))])
        }
    }
}
