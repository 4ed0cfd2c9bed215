import Loyalty

/// Instants as HTTP writes them (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// - Parameter second: seconds since 1970-01-01, a Thursday.
    static func text(ofSecond second: Int64) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (days, rest) = second.floored(by: 86_400)
        let date = CivilDate(daysSince1970: days)
        let year = String(repeating: "0", count: max(0, 4 - "\(date.year)".count)) + "\(date.year)"
        return "\(weekdays[days.floored(by: 7).rest]), \(two(date.day)) \(months[date.month - 1]) \(year) "
            + "\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60)) GMT"
    }
}

extension BinaryInteger {
    fileprivate func floored(by divisor: Int) -> (quotient: Int, rest: Int) {
        let rest = (Int(self) % divisor + divisor) % divisor
        return ((Int(self) - rest) / divisor, rest)
    }
}
