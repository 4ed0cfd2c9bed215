import Foundation
import Testing

@testable import Loyalty

@Suite("Civil dates")
struct CivilDateTests {
    @Test("agree with Foundation's Gregorian calendar over 400 years")
    func foundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for days in stride(from: -80_000, to: 66_000, by: 17) {
            let date = CivilDate(daysSince1970: days)
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(days) * 86_400))
            try #require(date == CivilDate(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0))
            try #require(date.daysSince1970 == days)
        }
    }

    @Test("count back and forth far beyond any history")
    func roundTrip() {
        for days in stride(from: -200_000_000, to: 200_000_000, by: 9_999_991) {
            #expect(CivilDate(daysSince1970: days).daysSince1970 == days)
        }
    }

    @Test(
        "months later is the same day, or the last of a shorter month",
        arguments: [
            ("2021-01-31", 1, "2021-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2024-02-29", 12, "2025-02-28"),
            ("2021-10-31", 18, "2023-04-30"), ("2021-12-15", 1, "2022-01-15"), ("2021-01-15", -1, "2020-12-15"),
            ("2021-05-31", 12, "2022-05-31"), ("1900-01-31", 1, "1900-02-28"), ("2000-01-31", 1, "2000-02-29"),
        ] as [(CivilDate, Int, CivilDate)])
    func months(_ date: CivilDate, _ months: Int, _ expected: CivilDate) {
        #expect(date.adding(months: months) == expected)
    }

    @Test("are written and read as ISO 8601", arguments: ["2026-12-31", "0001-01-01", "2024-02-29", "9999-12-31"])
    func text(_ text: String) {
        #expect(CivilDate(text)?.description == text)
    }

    @Test(
        "that do not exist are not read",
        arguments: [
            "2025-02-29", "2025-13-01", "2025-00-01", "2025-01-00", "2025-1-1", "25-01-01", "2025-04-31", "",
            "2025/01/01", "２025-01-0", "2025-01-01T", "-025-01-01",
        ])
    func unreadable(_ text: String) {
        #expect(CivilDate(text) == nil)
    }
}
