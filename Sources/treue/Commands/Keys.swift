import ArgumentParser
import EventLog
import Loyalty
import LoyaltyService
import Wire

/// `treue keys`
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "API keys.", subcommands: [Create.self, List.self, Revoke.self])

    /// `treue keys create`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key. Its text is shown once.",
            discussion: "Scopes: checkout, member:read, support, admin (which includes every other).")

        @OptionGroup var options: SettingsOptions

        @Option(help: "What it may do; repeat for several.")
        var scope: [String]

        @Option(help: "What it is for.")
        var name = "command line"

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let scopes = try scope.map { text in
                guard let scope = Scope(rawValue: text) else {
                    let known = Scope.allCases.map(\.rawValue).joined(separator: ", ")
                    throw Fault(cannot: "--scope \(text) is unknown; choose from \(known)")
                }
                return scope
            }
            try await Installation.use(options) { installation in
                let fresh = try await APIKeyMaker(keys: installation.keys).make(
                    name: name, scopes: scopes, at: SystemClock.now(), on: installation.client)
                guard json else {
                    print("id      \(UUIDText.text(fresh.id))")
                    print("scopes  \(fresh.scopes.map(\.rawValue).joined(separator: ", "))")
                    print("key     \(fresh.key)")
                    return
                }
                print(
                    Output.object { writer in
                        writer.member("id", fresh.id)
                        writer.member("key", fresh.key)
                        writer.key("scopes")
                        writer.beginArray()
                        for scope in fresh.scopes { writer.string(scope.rawValue) }
                        writer.endArray()
                    })
            }
        }
    }

    /// `treue keys list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the keys; their texts are not known.")

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            try await Installation.use(options) { installation in
                let now = SystemClock.now().micros
                for key in try await APIKeyStore().all(on: installation.client) {
                    let state =
                        key.isValid(atMicros: now) ? "valid" : key.revokedAtMicros == nil ? "expired" : "revoked"
                    print(
                        "\(UUIDText.text(key.id))  \(state)  \(RFC3339.text(micros: key.createdAtMicros))  "
                            + "\(key.scopes.joined(separator: ","))  \(key.name)")
                }
            }
        }
    }

    /// `treue keys revoke`
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a key. Servers notice within a second.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "The key's id.")
        var id: String

        func run() async throws {
            guard let id = UUIDText.parse(id) else { throw Fault(cannot: "\(id) is not a key's id") }
            try await Installation.use(options) { installation in
                let found = try await APIKeyStore().revoke(
                    id, atMicros: SystemClock.now().micros, on: installation.client)
                guard found else { throw Fault(found: "there is no key \(UUIDText.text(id))") }
                print("revoked")
            }
        }
    }
}
