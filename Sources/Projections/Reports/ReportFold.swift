import EventLog
import Foundation
import Loyalty

/// What one report makes of the events: pure.
protocol ReportFold: Sendable {
    /// What it must remember of a member.
    associatedtype Memo: Sendable & Equatable

    /// Its name in the API and on the command line.
    static var name: String { get }
    /// Rises when the code would make other figures of the same events.
    static var version: Int { get }
    /// Whether it remembers anything at all.
    static var remembers: Bool { get }

    func fold(_ event: DatedEvent, of member: UUID, _ memo: inout Memo?, _ sums: inout ReportSums) throws
    func encode(_ memo: Memo) -> [UInt8]
    func decode(_ bytes: [UInt8]) throws -> Memo
}

/// What a report that remembers nothing remembers.
struct NoMemo: Sendable, Equatable {}

extension ReportFold where Memo == NoMemo {
    static var remembers: Bool { false }
    func encode(_ memo: NoMemo) -> [UInt8] { [] }
    func decode(_ bytes: [UInt8]) -> NoMemo { NoMemo() }
}

/// What happened, by day: events, purchases, returns, and points by wallet and kind of entry.
struct DailyFold: ReportFold {
    typealias Memo = NoMemo
    static let name = "daily"
    static let version = 2
    /// Days are days here.
    let zone: ZoneRules

    func fold(_ dated: DatedEvent, of member: UUID, _ memo: inout NoMemo?, _ sums: inout ReportSums) throws {
        let day = zone.date(of: dated.at)
        try sums.add(1, to: "events", on: day)
        switch dated.event {
        case .purchaseCompleted(let event):
            try sums.add(1, to: "purchases", on: day, event.purchase.currency)
            try sums.add(try event.purchase.lines.total, to: "purchase_amount", on: day, event.purchase.currency)
        case .purchaseReturned(let event):
            try sums.add(1, to: "returns", on: day, event.goods.currency)
            try sums.add(try event.goods.goods.total, to: "return_amount", on: day, event.goods.currency)
        default: break
        }
        // The day is that of the entry: what a late event makes undone, it makes undone on the day it had happened.
        // What comes with somebody who became another has been counted where it came in.
        for entry in dated.entries(balance: 0) where entry.points != 0 && entry.kind != .merge {
            // What waits is owed to nobody before it matures.
            try sums.add(
                entry.points, to: entry.isPending ? "pending" : "points", on: zone.date(of: entry.at), entry.wallet,
                entry.kind.rawValue)
        }
    }
}

/// What members did, month by month.
struct ActivityFold: ReportFold {
    typealias Memo = NoMemo
    static let name = "activity"
    static let version = 1
    let zone: ZoneRules

    func fold(_ dated: DatedEvent, of member: UUID, _ memo: inout NoMemo?, _ sums: inout ReportSums) throws {
        let day = zone.date(of: dated.at)
        switch dated.event {
        case .purchaseCompleted(let event):
            let amount = try event.purchase.lines.total
            try sums.add(to: member, on: day, currency: event.purchase.currency) { activity in
                activity.purchases += 1
                activity.amount = try activity.amount.plus(amount)
                activity.days |= 1 << Int32(day.day - 1)
            }
        case .purchaseReturned(let event):
            let amount = try event.goods.goods.total
            try sums.add(to: member, on: day, currency: event.goods.currency) { activity in
                activity.returns += 1
                activity.amount = try activity.amount.plus(-amount)
            }
        default: break
        }
    }
}

extension [Line] {
    /// Minor units, discounts taken off.
    fileprivate var total: Int64 {
        get throws {
            try reduce(Int64(0)) { try $0.plus(try $1.quantity.times($1.unitPrice).plus(-$1.discount)) }
        }
    }
}

extension PurchaseReturn.Goods {
    fileprivate var total: Int64 {
        get throws {
            switch self {
            case .lines(let lines): try lines.total
            case .amount(let amount): amount
            }
        }
    }
}
