import ArgumentParser
import EventLog
import Postgres

extension Log {
    /// `treue log tail`
    struct Tail: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the last events, in the order recorded.",
            discussion: "With --follow goes on with those that come, until Ctrl-C.")

        @OptionGroup var options: SettingsOptions

        @Option(name: [.customShort("n"), .long], help: "How many, at most 1000.")
        var lines = 10

        @Flag(name: [.customShort("f"), .long], help: "Go on with what is appended.")
        var follow = false

        @Flag(help: "Print one JSON object a line.")
        var json = false

        func run() async throws {
            guard (0...1_000).contains(lines) else { throw Fault(cannot: "--lines must be from 0 to 1000") }
            let (lines, follow, json) = (lines, follow, json)
            try await Installation.use(options) { installation in
                let (client, log) = (installation.client, installation.log)
                let heads = try await log.heads(on: client)
                @Sendable func tell(_ events: [RecordedEvent]) {
                    for event in events { EventLine.write(json ? EventLine.json(event) : EventLine.text(event)) }
                }
                tell(try await LogTail.last(lines, of: log, before: heads, on: client))
                if follow { try await LogWatch(client: client, log: log).run(from: heads, tell) }
            }
        }
    }
}
