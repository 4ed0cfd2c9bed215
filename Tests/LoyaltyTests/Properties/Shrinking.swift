@testable import Loyalty

/// A history that breaks a property, made as small as it goes.
struct Shrinking {
    typealias Property = (Programme, [RandomLife.Step]) throws -> Void

    private(set) var programme: Programme
    private(set) var steps: [RandomLife.Step]
    private(set) var error: any Error
    private let property: Property

    /// nil where the property holds.
    init?(_ programme: Programme, _ steps: [RandomLife.Step], _ property: @escaping Property) {
        (self.programme, self.steps, self.property) = (programme, steps, property)
        do {
            try property(programme, steps)
            return nil
        } catch { self.error = error }
        var isSmaller = true
        while isSmaller { isSmaller = dropStep() || simplifyProgramme() }
    }

    private mutating func fails(_ programme: Programme, _ steps: [RandomLife.Step]) -> Bool {
        do {
            try property(programme, steps)
            return false
        } catch {
            (self.programme, self.steps, self.error) = (programme, steps, error)
            return true
        }
    }

    private mutating func dropStep() -> Bool {
        for index in steps.indices.reversed() {
            var fewer = steps
            fewer.remove(at: index)
            if fails(programme, fewer) { return true }
        }
        return false
    }

    private mutating func simplifyProgramme() -> Bool {
        for index in programme.versions.indices where programme.versions.count > 1 {
            var simpler = programme
            simpler.versions.remove(at: index)
            simpler.versions[0].from = .distantPast
            if fails(simpler, steps) { return true }
        }
        for index in programme.versions.indices {
            for change in Shrinking.changes {
                var simpler = programme
                change(&simpler.versions[index])
                if simpler != programme, fails(simpler, steps) { return true }
            }
        }
        return false
    }

    private static let changes: [@Sendable (inout ProgrammeVersion) -> Void] = [
        { $0.gifts = [] }, { $0.referral = nil }, { $0.plans = [] }, { $0.rewards = [] }, { $0.returns.debt = .owe },
        { if !$0.earning.isEmpty { $0.earning.removeLast() } }, { if !$0.earning.isEmpty { $0.earning.removeFirst() } },
        { $0.rewards.removeAll { !$0.isAutomatic } }, { $0.rewards.removeAll(where: \.isAutomatic) },
        { if $0.tiers.levels.count > 1 { $0.tiers = TierRules(validity: .forever) } }, { $0.tiers.validity = .forever },
        { $0.tiers.graceDays = 0 },
        { $0.tiers.softLanding = false }, { $0.tiers.period = .calendarYear },
        { $0.wallets = [$0.wallets[0]] }, { $0.wallets[0].expiry = .never }, { $0.wallets[0].maturity = .immediately },
        { $0.activities.removeFirst(min(1, $0.activities.count)) }, { $0.redemption.reservationMinutes = 15 },
        { version in
            for index in version.earning.indices { version.earning[index].cap = nil }
        },
        { version in
            for index in version.earning.indices { version.earning[index].budget = nil }
        },
        { version in
            for index in version.earning.indices {
                (version.earning[index].expiry, version.earning[index].maturity) = (nil, nil)
            }
        },
        { version in
            for index in version.earning.indices { version.earning[index].condition = EarningCondition() }
        },
        { version in
            for index in version.earning.indices { version.earning[index].rounding = .down }
        },
    ]
}
