import ArgumentParser
import Projections
import Wire

/// `treue projections`
struct Projections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read models: what they are, fold them afresh, compare them with the log.",
        subcommands: [List.self, Rebuild.self, Verify.self])

    /// `treue projections list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the projections.")

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Installation.use(options) { installation in
                let status = try await AccountProjection(client: installation.client, log: installation.log).status()
                guard json else {
                    print(
                        "\(status.name)  version \(status.version)  \(status.state)  \(status.members) members  lag 0")
                    return
                }
                print(
                    Output.object { writer in
                        writer.array("data", of: [status]) { writer, status in
                            writer.member("name", status.name)
                            writer.member("version", Int64(status.version))
                            writer.member("state", status.state)
                            writer.member("members", status.members)
                            writer.member("lag", 0)
                        }
                    })
            }
        }
    }

    /// `treue projections rebuild`
    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fold the log into a new table and swap it in; reads and writes go on.",
            discussion: "Waits for the swap. Cut off, the next run goes on where this one was.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "Which projection.")
        var name = AccountProjection.name

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            guard name == AccountProjection.name else {
                throw Fault(cannot: "there is no projection \(name); there is \(AccountProjection.name)")
            }
            try await Installation.use(options) { installation in
                let projection = AccountProjection(client: installation.client, log: installation.log)
                let bar = ProgressBar("rebuild", total: Int(try await projection.total()), style: .suited(json: json))
                let result = try await projection.rebuild { bar.advance(to: Int($0.done)) }
                bar.finish()
                guard json else {
                    print("rebuilt \(result.members) members from \(result.events) events")
                    return
                }
                print(
                    Output.object { writer in
                        writer.member("events", result.events)
                        writer.member("members", result.members)
                    })
            }
        }
    }

    /// `treue projections verify`
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fold the log afresh beside live traffic and compare every row.",
            discussion: "Exit code 1 when a row differs; each difference names the member and by how much.")

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Installation.use(options) { installation in
                let projection = AccountProjection(client: installation.client, log: installation.log)
                let bar = ProgressBar("verify", total: Int(try await projection.total()), style: .suited(json: json))
                let result = try await projection.verify { bar.advance(to: Int($0.done)) }
                bar.finish()
                report(result)
                guard result.count == 0 else { throw ExitCode(1) }
            }
        }

        private func report(_ result: AccountVerification) {
            guard json else {
                for difference in result.differences { print(difference) }
                print("\(result.members) members from \(result.events) events, \(result.count) differences")
                return
            }
            print(
                Output.object { writer in
                    writer.member("events", result.events)
                    writer.member("members", result.members)
                    writer.member("difference_count", result.count)
                    writer.array("differences", of: result.differences) { writer, difference in
                        writer.member("member_id", difference.member)
                        writer.member("kind", difference.kind.rawValue)
                        writer.optionalMember("expected", difference.expected)
                        writer.optionalMember("found", difference.found)
                        writer.key("fields")
                        writer.beginArray()
                        for field in difference.fields { writer.string(field) }
                        writer.endArray()
                    }
                })
        }
    }
}
