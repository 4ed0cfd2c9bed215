import Foundation
import Loyalty

/// What a report adds up: figures by day and two keys, and what members did by month.
struct ReportSums: Sendable, Equatable {
    /// The name of a figure.
    struct Cell: Hashable, Sendable {
        var measure: String
        /// The programme's day; ``ReportSums/noDay`` for a figure of the present.
        var day: CivilDate
        var a: String
        var b: String
    }

    /// One member's month in one currency.
    struct Month: Hashable, Sendable {
        var member: UUID
        /// Its first day.
        var month: CivilDate
        var currency: String
    }

    /// What happened in a month.
    struct Activity: Hashable, Sendable {
        var purchases: Int64 = 0
        var returns: Int64 = 0
        /// Minor units, returns taken off.
        var amount: Int64 = 0
        /// Bit n: a purchase on day n + 1.
        var days: Int32 = 0
    }

    static let noDay = CivilDate(year: 1970, month: 1, day: 1)

    private(set) var cells: [Cell: Int64] = [:]
    private(set) var months: [Month: Activity] = [:]

    /// Adds to a figure.
    mutating func add(_ value: Int64, to measure: String, on day: CivilDate, _ a: String = "", _ b: String = "") throws
    {
        guard value != 0 else { return }
        let cell = Cell(measure: measure, day: day, a: a, b: b)
        let sum = try (cells[cell] ?? 0).plus(value)
        cells[cell] = sum == 0 ? nil : sum
    }

    /// Adds to what a member did.
    mutating func add(
        to member: UUID, on day: CivilDate, currency: String, _ change: (inout Activity) throws -> Void
    ) throws {
        let month = Month(
            member: member, month: CivilDate(year: day.year, month: day.month, day: 1), currency: currency)
        var activity = months[month] ?? Activity()
        try change(&activity)
        months[month] = activity
    }
}

extension ReportSums {
    /// Hands over what members did: a copy would be large.
    mutating func takeMonths() -> [Month: Activity] {
        defer { months = [:] }
        return months
    }
}

extension Int64 {
    /// The sum, or a fault in place of a wrong number.
    func plus(_ other: Int64) throws -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard !overflow else { throw ReportFault.overflow }
        return sum
    }

    func times(_ other: Int64) throws -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        guard !overflow else { throw ReportFault.overflow }
        return product
    }
}

/// Why a report cannot take an event.
enum ReportFault: Error, CustomStringConvertible {
    case overflow
    case noBeginning

    var description: String {
        switch self {
        case .overflow: "a figure would exceed 64 bits"
        case .noBeginning: "a stream that does not begin with an enrolment"
        }
    }
}
