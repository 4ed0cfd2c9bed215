internal import Loyalty

/// Takes an RFC 3339 text apart, field by field.
struct TimeScanner {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func date() throws(RFC3339.Fault) -> CivilDate {
        let year = try number(width: 4)
        try mark("-")
        let month = try number(width: 2)
        try mark("-")
        let day = try number(width: 2)
        try check(year, 1...9999, "year")
        try check(month, 1...12, "month")
        try check(day, 1...Int64(CivilDate.daysInMonth(Int(month), of: Int(year))), "day")
        return CivilDate(year: Int(year), month: Int(month), day: Int(day))
    }

    mutating func time() throws(RFC3339.Fault) -> (hour: Int64, minute: Int64, second: Int64, micros: Int64) {
        try mark("T")
        let hour = try number(width: 2)
        try mark(":")
        let minute = try number(width: 2)
        try mark(":")
        let second = try number(width: 2)
        try check(hour, 0...23, "hour")
        try check(minute, 0...59, "minute")
        try check(second, 0...60, "second")
        return (hour, minute, second, try fraction())
    }

    /// Seconds east of UTC; nothing may follow.
    mutating func offset() throws(RFC3339.Fault) -> Int64 {
        guard at < bytes.count else { throw Self.malformed }
        let sign = bytes[at]
        var seconds: Int64 = 0
        if sign | 0x20 == UInt8(ascii: "z") {
            at += 1
        } else if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            at += 1
            let hours = try number(width: 2)
            try mark(":")
            let minutes = try number(width: 2)
            try check(hours, 0...23, "offset's hour")
            try check(minutes, 0...59, "offset's minute")
            seconds = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -60 : 60)
        }
        guard at == bytes.count else { throw Self.malformed }
        return seconds
    }

    /// Micros of a second: digits beyond the sixth are read and dropped.
    private mutating func fraction() throws(RFC3339.Fault) -> Int64 {
        guard at < bytes.count, bytes[at] == UInt8(ascii: ".") else { return 0 }
        at += 1
        var micros: Int64 = 0
        var digits = 0
        while at < bytes.count, let digit = digit(at) {
            if digits < 6 { micros = micros * 10 + digit }
            digits += 1
            at += 1
        }
        guard (1...9).contains(digits) else { throw Self.malformed }
        for _ in 0..<max(0, 6 - digits) { micros *= 10 }
        return micros
    }

    private mutating func number(width: Int) throws(RFC3339.Fault) -> Int64 {
        var value: Int64 = 0
        for _ in 0..<width {
            guard at < bytes.count, let digit = digit(at) else { throw Self.malformed }
            value = value * 10 + digit
            at += 1
        }
        return value
    }

    private func digit(_ index: Int) -> Int64? {
        let byte = bytes[index]
        return byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int64(byte - UInt8(ascii: "0")) : nil
    }

    /// Letters may be lower case.
    private mutating func mark(_ mark: Unicode.Scalar) throws(RFC3339.Fault) {
        let wanted = UInt8(truncatingIfNeeded: mark.value)
        guard at < bytes.count, bytes[at] == wanted || (mark == "T" && bytes[at] == UInt8(ascii: "t")) else {
            throw Self.malformed
        }
        at += 1
    }

    private func check(_ value: Int64, _ range: ClosedRange<Int64>, _ field: String) throws(RFC3339.Fault) {
        if !range.contains(value) {
            throw RFC3339.Fault(
                detail: "has a \(field) of \(value), which is not in \(range.lowerBound) to \(range.upperBound)")
        }
    }

    private static let malformed = RFC3339.Fault(
        detail: "must be an RFC 3339 time with an offset, such as 2026-11-22T10:20:30Z")
}
