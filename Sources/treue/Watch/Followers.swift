import ArgumentParser
import EventLog
import Loyalty
import Postgres
import Wire

/// `treue followers`
struct Followers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Who follows the log: how far each is, and what it could not take.",
        subcommands: [List.self, Retry.self, Skip.self])

    /// `treue followers list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List followers with their lag, and the events that they stand still before.",
            discussion: "Exit code 1 when one stands still.")

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let isFaulty = try await Installation.use(options) { installation in
                let (client, store) = (installation.client, FollowerStore(log: installation.log))
                var found: [(status: FollowerStatus, faults: [FollowerFault])] = []
                for name in try await store.names(on: client) {
                    let faults = try await store.faults(of: name, states: [.stopped, .retry], on: client)
                    found.append((try await store.status(of: name, on: client), faults))
                }
                report(found)
                return found.contains { $0.status.state == .faulty }
            }
            if isFaulty { throw ExitCode(1) }
        }

        private func report(_ found: [(status: FollowerStatus, faults: [FollowerFault])]) {
            let now = SystemClock.now().micros
            guard json else {
                for (status, faults) in found {
                    print(
                        "\(status.name)  \(status.state.rawValue)  \(status.lagEvents) events, "
                            + "\(status.lagMicros(at: now) / 1_000_000) s behind")
                    for fault in faults {
                        print(
                            "  partition \(fault.partition), position \(fault.position): \(fault.type), "
                                + "\(fault.attempts) attempts: \(fault.error)")
                    }
                }
                return
            }
            print(
                Output.object { writer in
                    writer.array("data", of: found) { writer, found in
                        writer.member("name", found.status.name)
                        writer.member("state", found.status.state.rawValue)
                        writer.member("lag_events", found.status.lagEvents)
                        writer.member("lag_seconds", found.status.lagMicros(at: now) / 1_000_000)
                        writer.array("faults", of: found.faults) { $0.fault($1) }
                    }
                })
        }
    }

    /// `treue followers retry`
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a follower try a partition again that stands still.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "The follower's name.")
        var name: String

        @Argument(help: "The partition.")
        var partition: Int

        func run() async throws {
            try await Installation.use(options) { installation in
                let store = FollowerStore(log: installation.log)
                guard try await store.retry(name, partition: partition, on: installation.client) else {
                    throw Fault(found: "partition \(partition) of \(name) does not stand still")
                }
                print("partition \(partition) of \(name) is tried again")
            }
        }
    }

    /// `treue followers skip`
    struct Skip: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Go on without an event that a follower stands still before.",
            discussion: "The event stays in the log; the reason is kept.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "The follower's name.")
        var name: String

        @Argument(help: "The partition.")
        var partition: Int

        @Argument(help: "The event's position, as the list tells it.")
        var position: Int64

        @Option(help: "Why, for whoever asks later.")
        var reason: String

        func run() async throws {
            guard !reason.isEmpty, reason.utf8.count <= 1_000 else {
                throw Fault(cannot: "--reason must have 1 to 1000 bytes")
            }
            try await Installation.use(options) { installation in
                let isSkipped = try await FollowerStore(log: installation.log).skip(
                    name, partition: partition, position: position, reason: reason, atMicros: SystemClock.now().micros,
                    on: installation.client)
                guard isSkipped else {
                    throw Fault(
                        found: "\(name) does not stand still before position \(position) of partition \(partition)")
                }
                print("\(name) goes on without position \(position) of partition \(partition)")
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func fault(_ fault: FollowerFault) {
        member("partition", Int64(fault.partition))
        member("position", fault.position)
        member("type", fault.type)
        member("state", fault.state.rawValue)
        member("attempts", Int64(fault.attempts))
        member("error", fault.error)
    }
}
