import ArgumentParser
import Loyalty
import LoyaltyService

/// `treue demo`
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let a simulated shop sell for a while: members with habits, baskets and returns.",
        discussion: """
            The same seed makes the same members and the same sales on the same days: running it again counts nothing \
            twice, and on another day goes on where the shop was.
            """)

    @OptionGroup var options: SettingsOptions

    @Option(help: "How many members.")
    var members = 300

    @Option(help: "How many days of business, up to yesterday.")
    var days = 365

    @Option(help: "What the chances are drawn from.")
    var seed: UInt64 = 1

    func run() async throws {
        guard (1...1_000_000).contains(members), (1...3_660).contains(days) else {
            throw Fault(cannot: "--members takes 1 to 1000000, --days 1 to 3660")
        }
        try await Installation.use(options) { installation in
            let currency = installation.programmes.standard.currencies[0]
            let now = SystemClock.now()
            let shop = ShopSimulator(seed: seed, currency: currency, days: days, until: now)
            let bar = ProgressBar("demo", total: members, style: .suited(json: false))
            let (accepted, known) = try await installation.withService { service in
                try await Demo.sell(to: members, of: shop, over: service, at: now) { bar.advance(to: $0) }
            }
            bar.finish()
            print("\(members) members, \(accepted) new sales and returns, \(known) known before")
        }
    }

    /// Members who are served side by side, and the events that they may bring together: a service's queue has its bound.
    private static let (mostAtOnce, mostEventsAtOnce) = (64, 4_000)

    /// Answers how many events were new, and how many known before.
    private static func sell(
        to members: Int, of shop: ShopSimulator, over service: LoyaltyService, at now: Instant,
        progress: @Sendable (Int) -> Void
    ) async throws -> (accepted: Int, known: Int) {
        var sum = (accepted: 0, known: 0)
        var number = 0
        while number < members {
            var people: [ShopSimulator.Person] = []
            var events = 0
            while number < members, people.count < mostAtOnce, events < mostEventsAtOnce {
                if let person = shop.member(number) {
                    people.append(person)
                    events += person.events.count
                }
                number += 1
            }
            try await withThrowingTaskGroup(of: (accepted: Int, known: Int).self) { group in
                for person in people { group.addTask { try await serve(person, over: service, at: now) } }
                for try await served in group {
                    sum.accepted += served.accepted
                    sum.known += served.known
                }
            }
            progress(number)
        }
        return sum
    }

    private static func serve(
        _ person: ShopSimulator.Person, over service: LoyaltyService, at now: Instant
    ) async throws -> (accepted: Int, known: Int) {
        _ = try? await service.enrol(person.enrolment, at: person.joined)
        var served = (accepted: 0, known: 0)
        for answer in await service.record(person.events, receivedAt: now) {
            switch answer {
            case .success(let answer) where answer.status == .accepted: served.accepted += 1
            case .success: served.known += 1
            case .failure(let error): throw Fault(cannot: "\(error.title): \(error.detail)")
            }
        }
        return served
    }
}
