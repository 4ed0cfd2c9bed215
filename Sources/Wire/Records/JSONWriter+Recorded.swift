internal import Loyalty

extension JSONWriter {
    /// A member with a date, `YYYY-MM-DD`.
    mutating func member(_ name: StaticString, _ date: CivilDate) {
        key(name)
        self.date(date)
    }

    /// A member that is left out where there is no date.
    mutating func optionalMember(_ name: StaticString, _ date: CivilDate?) {
        if let date { member(name, date) }
    }

    /// A member that is left out where it is false.
    mutating func member(_ name: StaticString, ifTrue flag: Bool) {
        if flag { member(name, true) }
    }

    /// A member that is left out where it is 0.
    mutating func member(_ name: StaticString, nonZero value: Int64) {
        if value != 0 { member(name, value) }
    }

    /// A member that is left out where there are no texts.
    mutating func member(_ name: StaticString, nonEmpty texts: [String]) {
        member(name, nonEmpty: texts) { $0.string($1) }
    }

    /// A member that is left out where there are no elements.
    mutating func member<Element>(
        _ name: StaticString, nonEmpty elements: [Element], _ write: (inout JSONWriter, Element) -> Void
    ) {
        if elements.isEmpty { return }
        key(name)
        beginArray()
        for element in elements { write(&self, element) }
        endArray()
    }

    /// A member with an order of its own source.
    mutating func member(_ name: StaticString, _ order: OrderReference) {
        key(name)
        beginObject()
        member("source", order.source)
        member("id", order.id)
        endObject()
    }

    /// A member with how a lot ends.
    mutating func member(_ name: StaticString, _ end: Lot.End) {
        if case .on(let day) = end { member(name, day) } else { member(name, end.recorded) }
    }

    /// A member with what pending points wait for.
    mutating func member(_ name: StaticString, _ until: PendingPoints.Until) {
        if case .on(let day) = until { member(name, day) } else { member(name, until.recorded) }
    }

    /// A member that is left out where there is no period.
    mutating func optionalMember(_ name: StaticString, _ period: Period?) {
        if let period { member(name, period.recorded) }
    }

    /// A member with lots, left out where there are none.
    mutating func member(_ name: StaticString, nonEmpty lots: [Lot]) {
        member(name, nonEmpty: lots) { writer, lot in
            writer.beginObject()
            writer.member("end", lot.end)
            writer.member("points", lot.points)
            writer.endObject()
        }
    }

    /// A member with what an event adds to counters, left out where it adds to none.
    mutating func member(_ name: StaticString, nonEmpty counts: [Count]) {
        member(name, nonEmpty: counts) { writer, count in
            writer.beginObject()
            writer.member("rule", count.rule)
            writer.member("window", count.window)
            writer.member("before", nonZero: count.before)
            writer.member("added", count.added)
            writer.endObject()
        }
    }

    mutating func date(_ date: CivilDate) {
        plain(atMost: 10) { room, place in
            Decimal64.put(Int64(date.year), width: 4, into: &room, at: &place)
            room.put(UInt8(ascii: "-"), at: &place)
            Decimal64.put(Int64(date.month), width: 2, into: &room, at: &place)
            room.put(UInt8(ascii: "-"), at: &place)
            Decimal64.put(Int64(date.day), width: 2, into: &room, at: &place)
        }
    }
}
