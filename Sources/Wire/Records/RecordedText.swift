internal import Loyalty

// What is recorded as a text of its own form. Each form is canonical: one value has one text, and only that is read.

extension Lot.End {
    /// `2027-01-01`, `inactivity` or `never`.
    var recorded: String {
        switch self {
        case .on(let day): day.description
        case .inactivity: "inactivity"
        case .never: "never"
        }
    }

    /// The end of a recorded text.
    init?(recorded text: String) {
        switch text {
        case "never": self = .never
        case "inactivity": self = .inactivity
        default:
            guard let day = CivilDate(text) else { return nil }
            self = .on(day)
        }
    }
}

extension PendingPoints.Until {
    private static let activityPrefix = "activity/"

    /// `2027-01-01`, or `activity/stay.completed/R-17`: the activity's name with `~0` for `~` and `~1` for `/`, then
    /// the order as it is.
    var recorded: String {
        switch self {
        case .on(let day): day.description
        case .activity(let name, let order): Self.activityPrefix + JSONPointer.escape(name) + "/" + order
        }
    }

    /// What a recorded text waits for.
    init?(recorded text: String) {
        if let day = CivilDate(text) {
            self = .on(day)
            return
        }
        let bytes = Array(text.utf8)
        let prefix = Array(Self.activityPrefix.utf8)
        guard bytes.starts(with: prefix) else { return nil }
        let rest = bytes.dropFirst(prefix.count)
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        let name = JSONPointer.unescape(String(decoding: rest[..<slash], as: UTF8.self))
        self = .activity(name: name, order: String(decoding: rest[(slash + 1)...], as: UTF8.self))
    }
}

extension Period {
    /// `2026`, `m3` for the membership year 3, `d20512` for the day 20512 since 1970, or `life`.
    var recorded: String {
        switch self {
        case .year(let year): String(year)
        case .membershipYear(let year): "m\(year)"
        case .day(let day): "d\(day)"
        case .life: "life"
        }
    }

    /// The period of a recorded text.
    init?(recorded text: String) {
        if text == "life" {
            self = .life
            return
        }
        let period: Period? =
            switch text.utf8.first {
            case UInt8(ascii: "m"): Int(text.dropFirst()).map { .membershipYear($0) }
            case UInt8(ascii: "d"): Int(text.dropFirst()).map { .day($0) }
            default: Int(text).map { .year($0) }
            }
        guard let period, period.recorded == text else { return nil }
        self = period
    }
}

extension MonthDay {
    /// `03-01`.
    var recorded: String { String(CivilDate(year: 2000, month: month, day: day).description.dropFirst(5)) }

    /// The day of a recorded text.
    init?(recorded text: String) {
        guard let day = CivilDate("2000-" + text) else { return nil }
        self.init(month: day.month, day: day.day)
    }
}
