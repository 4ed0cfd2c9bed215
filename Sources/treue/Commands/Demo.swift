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
                var accepted = 0
                var known = 0
                for number in 0..<members {
                    guard let person = shop.member(number) else { continue }
                    _ = try? await service.enrol(person.enrolment, at: person.joined)
                    for answer in await service.record(person.events, receivedAt: now) {
                        switch answer {
                        case .success(let answer) where answer.status == .accepted: accepted += 1
                        case .success: known += 1
                        case .failure(let error): throw Fault(cannot: "\(error.title): \(error.detail)")
                        }
                    }
                    bar.advance(to: number + 1)
                }
                return (accepted, known)
            }
            bar.finish()
            print("\(members) members, \(accepted) new sales and returns, \(known) known before")
        }
    }
}
