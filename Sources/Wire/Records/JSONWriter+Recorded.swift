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

    /// A member with an order of its own source.
    mutating func member(_ name: StaticString, _ order: OrderReference) {
        key(name)
        beginObject()
        member("source", order.source)
        member("id", order.id)
        endObject()
    }

    mutating func date(_ date: CivilDate) {
        var text: [UInt8] = [UInt8(ascii: "\"")]
        text.reserveCapacity(12)
        Decimal64.append(Int64(date.year), width: 4, to: &text)
        text.append(UInt8(ascii: "-"))
        Decimal64.append(Int64(date.month), width: 2, to: &text)
        text.append(UInt8(ascii: "-"))
        Decimal64.append(Int64(date.day), width: 2, to: &text)
        text.append(UInt8(ascii: "\""))
        raw(text)
    }
}
