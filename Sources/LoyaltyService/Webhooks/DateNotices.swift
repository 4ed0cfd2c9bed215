import Foundation
import Loyalty
import Wire

/// What a day's dates have to tell about one member. Pure.
struct DateNotices {
    /// A message that no recorded event tells.
    struct Notice: Equatable {
        var type: WebhookEventType
        /// With the member and the type it names the notice for ever, so that it is told once.
        var mark: String
        var members: [JSONMember]
    }

    var programme: Programme
    /// In the programme's time zone.
    var today: CivilDate
    var now: Instant
    /// How many days ahead ends are announced.
    var noticeDays: Int

    func notices(for state: MemberState, birthday: CivilDate?) throws -> [Notice] {
        let now = max(now, state.latest)
        let current = try programme.current(state, at: now).state
        var notices = expiring(programme.balance(of: current, at: now))
        if let risk = try risk(of: current) { notices.append(risk) }
        if let birthday, isBirthday(birthday) {
            notices.append(Notice(type: .memberBirthday, mark: today.description, members: [date("on", today)]))
        }
        return notices
    }

    private func expiring(_ balance: Balance) -> [Notice] {
        balance.wallets.flatMap { wallet in
            wallet.expiring.filter { isNear($0.on) && $0.points > 0 }.map { expiring in
                Notice(
                    type: .pointsExpiringSoon, mark: "\(wallet.id)_\(expiring.on)",
                    members: [
                        JSONMember("wallet", .string(wallet.id)), JSONMember("points", .integer(expiring.points)),
                        date("on", expiring.on), JSONMember("balance", .integer(wallet.available)),
                    ])
            }
        }
    }

    /// The tier that would be lost if nothing else happened.
    private func risk(of state: MemberState) throws -> Notice? {
        let balance = programme.balance(of: state, at: max(now, state.latest))
        guard let last = balance.tier.validUntil, isNear(last.adding(days: 1)) else { return nil }
        let end = programme.zone.start(of: last.adding(days: 1))
        let after = try programme.current(state, at: end).state
        let then = programme.balance(of: after, at: end).tier
        guard then.id != balance.tier.id else { return nil }
        return Notice(
            type: .tierAtRisk, mark: last.description,
            members: [
                JSONMember("tier", .string(balance.tier.id)), date("valid_until", last),
                JSONMember("would_become", .string(then.id)),
            ])
    }

    private func isNear(_ day: CivilDate) -> Bool { day > today && day <= today.adding(days: noticeDays) }

    /// Whoever was born on 29 February celebrates on the 28th in years that have no 29th.
    private func isBirthday(_ birthday: CivilDate) -> Bool {
        if (birthday.month, birthday.day) == (today.month, today.day) { return true }
        guard (birthday.month, birthday.day) == (2, 29), (today.month, today.day) == (2, 28) else { return false }
        return today.adding(days: 1).month == 3
    }

    private func date(_ name: String, _ day: CivilDate) -> JSONMember { JSONMember(name, .string(day.description)) }
}
