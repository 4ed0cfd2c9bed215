/// Whole numbers as decimal digits in bytes.
enum Decimal64 {
    /// What the longest number takes: a sign and 19 digits.
    static let mostBytes = 20

    /// Puts a number in its shortest form.
    static func put(_ value: Int64, into room: inout MutableSpan<UInt8>, at place: inout Int) {
        if value < 0 { room.put(UInt8(ascii: "-"), at: &place) }
        let magnitude = value.magnitude
        var width = 1
        var next: UInt64 = 10
        while magnitude >= next {
            width += 1
            next *= 10
        }
        put(value, width: width, into: &room, at: &place)
    }

    /// Puts the digits of a number with leading zeros; those beyond `width` are cut off at the left.
    static func put(_ value: Int64, width: Int, into room: inout MutableSpan<UInt8>, at place: inout Int) {
        var rest = value.magnitude
        var digit = place + width
        while digit - place > 1 {
            digit -= 2
            let (hundreds, pair) = rest.quotientAndRemainder(dividingBy: 100)
            let tens = UInt8(truncatingIfNeeded: pair) / 10
            room[digit] = UInt8(ascii: "0") + tens
            room[digit + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: pair) - 10 * tens
            rest = hundreds
        }
        if digit > place { room[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10) }
        place += width
    }
}
