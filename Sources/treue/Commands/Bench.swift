import ArgumentParser
import Loyalty
import Projections
import Wire

/// `treue bench`: work that only a measurement wants, for `script/bench`.
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Work that only a measurement wants.", shouldDisplay: false, subcommands: [Replay.self])

    /// `treue bench replay`
    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fold the whole log into accounts, in memory, and throw them away.")

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            try await Installation.use(options) { installation in
                let projection = AccountProjection(client: installation.client, log: installation.log)
                let clock = ContinuousClock()
                let start = clock.now
                let folded = try await projection.replay()
                let (seconds, attoseconds) = (clock.now - start).components
                print(
                    Output.object { writer in
                        writer.member("events", folded.events)
                        writer.member("members", folded.members)
                        writer.member("micros", seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
                    })
            }
        }
    }
}
