private import Foundation
internal import Loyalty
private import Synchronization

/// Time zones as values, made once each from the system's time zone database.
enum ZoneTable {
    /// The table runs to the end of this many days since 1970: the year 2100.
    private static let lastDay = CivilDate(year: 2101, month: 1, day: 1).daysSince1970
    private static let made = Mutex<[String: ZoneRules]>([:])

    /// The names that are accepted.
    static let names: [String] = Set(TimeZone.knownTimeZoneIdentifiers + ["UTC", "GMT", "Etc/UTC"]).sorted()

    /// The rules of an IANA zone from 1970 to 2100; nil for an unknown name.
    static func zone(named name: String) -> ZoneRules? {
        if name == "UTC" { return .utc }
        if let zone = made.withLock({ $0[name] }) { return zone }
        guard names.contains(name), let zone = TimeZone(identifier: name) else { return nil }
        let rules = rules(of: zone, named: name)
        made.withLock { $0[name] = rules }
        return rules
    }

    /// Compares the offset day by day: that finds every change, whether or not it has to do with summer time.
    private static func rules(of zone: TimeZone, named name: String) -> ZoneRules {
        func offset(_ seconds: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(seconds))))
        }
        var rules = ZoneRules(name: name, firstOffset: offset(0))
        var current = rules.firstOffset
        for day in 1...Int64(lastDay) {
            let next = offset(day * 86_400)
            if next == current { continue }
            var (before, after) = ((day - 1) * 86_400, day * 86_400)
            while after - before > 1 {
                let middle = (before + after) / 2
                if offset(middle) == current { before = middle } else { after = middle }
            }
            rules.transitions.append(ZoneRules.Transition(at: after, offset: next))
            current = next
        }
        return rules
    }
}
