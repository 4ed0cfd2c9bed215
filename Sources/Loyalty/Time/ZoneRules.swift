/// A time zone as a value: its offsets from UTC and when each begins. The domain knows no clock and no system files, so
/// the same table gives the same days on any machine, in any year.
public struct ZoneRules: Hashable, Sendable {
    /// One change of the offset.
    public struct Transition: Hashable, Sendable {
        /// Seconds since 1970 from which the offset holds.
        public var at: Int64
        /// Seconds east of UTC.
        public var offset: Int64

        public init(at: Int64, offset: Int64) { (self.at, self.offset) = (at, offset) }
    }

    /// The IANA name, such as `Europe/London`.
    public var name: String
    /// Seconds east of UTC before the first transition.
    public var firstOffset: Int64
    /// In order of time.
    public var transitions: [Transition]

    public init(name: String, firstOffset: Int64, transitions: [Transition] = []) {
        (self.name, self.firstOffset, self.transitions) = (name, firstOffset, transitions)
    }

    public static let utc = ZoneRules(name: "UTC", firstOffset: 0)

    /// Seconds east of UTC in force at `seconds` since 1970.
    func offset(atSeconds seconds: Int64) -> Int64 { offset(after: transitionsUp(to: seconds)) }

    /// How many transitions there have been.
    private func transitionsUp(to seconds: Int64) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func offset(after count: Int) -> Int64 { count == 0 ? firstOffset : transitions[count - 1].offset }

    /// The day that a calendar on the wall there shows.
    public func date(of instant: Instant) -> CivilDate {
        let seconds = instant.seconds
        let (local, overflow) = seconds.addingReportingOverflow(offset(atSeconds: seconds))
        let wall = overflow ? seconds : local
        let (days, remainder) = wall.quotientAndRemainder(dividingBy: 86_400)
        return CivilDate(daysSince1970: Int(remainder < 0 ? days - 1 : days))
    }

    /// Minutes since midnight that a clock on the wall there shows, 0 to 1439.
    func minute(of instant: Instant) -> Int {
        let seconds = instant.seconds
        let (local, overflow) = seconds.addingReportingOverflow(offset(atSeconds: seconds))
        let remainder = (overflow ? seconds : local) % 86_400
        return Int(remainder < 0 ? remainder + 86_400 : remainder) / 60
    }

    /// The first instant of the day there; where the clocks skip midnight, the instant at which the day begins.
    public func start(of date: CivilDate) -> Instant {
        let midnight = Int64(date.daysSince1970) * 86_400
        let earliest = steadyStart(of: midnight) ?? firstStart(of: midnight)
        let (micros, overflow) = earliest.multipliedReportingOverflow(by: 1_000_000)
        guard overflow else { return Instant(micros: micros) }
        return earliest < 0 ? .distantPast : .distantFuture
    }

    /// When it is midnight there, where the clocks stay as they are for a day around, as nearly always.
    private func steadyStart(of midnight: Int64) -> Int64? {
        let count = transitionsUp(to: midnight - 2 * 86_400)
        guard count == transitions.count || transitions[count].at > midnight + 2 * 86_400 else { return nil }
        let offset = offset(after: count)
        return abs(offset) <= 86_400 ? midnight - offset : nil
    }

    private func firstStart(of midnight: Int64) -> Int64 {
        var earliest = Int64.max
        for guess in [midnight - 86_400, midnight, midnight + 86_400] {
            let candidate = midnight - offset(atSeconds: guess)
            if candidate + offset(atSeconds: candidate) == midnight { earliest = min(earliest, candidate) }
        }
        guard earliest == Int64.max else { return earliest }
        // Midnight does not exist that day: it begins at the transition that skips it.
        return transitions.first { abs($0.at - midnight) <= 86_400 && $0.at + $0.offset >= midnight }?.at
            ?? midnight - firstOffset
    }

    /// A day that has begun nowhere by then, and none behind it: no clock is further from UTC than a day.
    static func dayNotBegun(by instant: Instant) -> CivilDate {
        CivilDate(daysSince1970: Int(instant.seconds / 86_400) + 3)
    }
}
