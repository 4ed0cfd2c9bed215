private import Foundation
internal import Loyalty
private import Synchronization

/// Time zones as values, made once each from the system's time zone database.
enum ZoneTable {
    /// The table runs to the end of this many days since 1970: the year 2100.
    private static let lastDay = CivilDate(year: 2101, month: 1, day: 1).daysSince1970
    private static let made = Mutex<[String: ZoneRules]>([:])

    /// The names that are suggested. The system knows more, for it lists only one name of each zone.
    static let names: [String] = TimeZone.knownTimeZoneIdentifiers

    /// The rules of an IANA zone from 1970 to 2100; nil for an unknown name.
    static func zone(named name: String) -> ZoneRules? {
        if name == "UTC" { return .utc }
        if let zone = made.withLock({ $0[name] }) { return zone }
        guard isPlace(name), let zone = TimeZone(identifier: name) else { return nil }
        let rules = rules(of: zone, named: name)
        made.withLock { $0[name] = rules }
        return rules
    }

    /// `Area/City`: abbreviations and fixed offsets, which the system would accept, are no places.
    private static func isPlace(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return (2...3).contains(parts.count)
            && parts.allSatisfy { part in
                part.first?.isUppercase == true
                    && part.utf8.allSatisfy { byte in
                        switch byte {
                        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                            UInt8(ascii: "+"):
                            true
                        default: false
                        }
                    }
            }
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
