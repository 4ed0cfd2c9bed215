import ArgumentParser
import EventLog
import Foundation
import Loyalty
import LoyaltyService
import Postgres
import Wire

/// `treue keys`
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "API keys.", subcommands: [Create.self, List.self, Revoke.self, Rotate.self])

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

        @Option(help: "When it ends, such as 2027-01-31T00:00:00Z; never unless given.")
        var expiresAt: String?

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
            let now = SystemClock.now()
            let end = try expiresAt.map { text in
                guard let micros = try? RFC3339.micros(of: text), micros > now.micros else {
                    throw Fault(cannot: "--expires-at \(text) is not a time to come such as 2027-01-31T00:00:00Z")
                }
                return Instant(micros: micros)
            }
            try await Keys.act(options) { [name] desk, lease in
                try await desk.create(
                    name: name, scopes: scopes, expiresAt: end, by: .commandLine, at: now, on: lease)
            } then: {
                print($0.report(asJSON: json))
            }
        }
    }

    /// `treue keys list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the keys; their texts are not known.")

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Installation.use(options) { installation in
                let now = SystemClock.now()
                var keys: [APIKeyView] = []
                var page = try await APIKeyStore().page(after: nil, limit: 200, on: installation.client)
                while !page.isEmpty {
                    keys += page.map { APIKeyView($0, at: now) }
                    page = try await APIKeyStore().page(after: page.last?.id, limit: 200, on: installation.client)
                }
                if json {
                    print(Output.object { $0.array("keys", of: keys) { $0.members(of: $1) } })
                } else {
                    for key in keys { print(key.line) }
                }
            }
        }
    }

    /// `treue keys revoke`
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a key. Servers notice within seconds.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "The key's id.")
        var id: String

        func run() async throws {
            let id = try Keys.id(id)
            try await Keys.act(options) { desk, lease in
                try await desk.revoke(id, by: .commandLine, at: SystemClock.now(), on: lease)
            } then: { _ in
                print("revoked")
            }
        }
    }

    /// `treue keys rotate`
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a key a new text, shown once. The old one works on for a while.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "The key's id.")
        var id: String

        @Option(help: "Seconds for which the old text works on, 30 days at most.")
        var overlap = APIKeyDesk.overlapSeconds

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let id = try Keys.id(id)
            guard 0...RotationBody.longestOverlap ~= overlap else {
                throw Fault(cannot: "--overlap \(overlap) must be from 0 to \(RotationBody.longestOverlap)")
            }
            try await Keys.act(options) { [overlap] desk, lease in
                try await desk.rotate(
                    id, overlapSeconds: overlap, by: .commandLine, at: SystemClock.now(), on: lease)
            } then: {
                print($0.report(asJSON: json))
            }
        }
    }
}

extension Keys {
    private static func id(_ text: String) throws -> UUID {
        guard let id = UUIDText.parse(text) else { throw Fault(cannot: "\(text) is not a key's id") }
        return id
    }

    /// One transaction that changes a key and says so in the audit trail.
    private static func act<Value: Sendable>(
        _ options: SettingsOptions, _ body: @Sendable (APIKeyDesk, PostgresLease) async throws -> Value,
        then: (Value) -> Void
    ) async throws {
        try await Installation.use(options) { installation in
            let desk = APIKeyDesk(keys: installation.keys, log: installation.log)
            do {
                then(
                    try await installation.client.withLease { lease in
                        try await lease.transaction { try await body(desk, lease) }
                    })
            } catch let error as ServiceError {
                throw Fault(found: "\(error.title): \(error.detail)")
            }
        }
    }
}

extension FreshAPIKey {
    fileprivate func report(asJSON: Bool) -> String {
        guard !asJSON else {
            return Output.object { writer in
                writer.member("key", key)
                writer.members(of: view)
            }
        }
        return """
            id      \(UUIDText.text(view.id))
            scopes  \(view.scopes.map(\.rawValue).joined(separator: ", "))
            key     \(key)
            """
    }
}

extension APIKeyView {
    fileprivate var line: String {
        let used = lastUsedAt.map { "used \(RFC3339.text(micros: $0.micros))" } ?? "never used"
        return "\(UUIDText.text(id))  \(state.rawValue)  \(RFC3339.text(micros: createdAt.micros))  "
            + "\(scopes.map(\.rawValue).joined(separator: ","))  \(used)  \(name)"
    }
}

extension JSONWriter {
    fileprivate mutating func members(of view: APIKeyView) {
        member("id", view.id)
        member("name", view.name)
        key("scopes")
        beginArray()
        for scope in view.scopes { string(scope.rawValue) }
        endArray()
        member("state", view.state.rawValue)
        member("created_at", timeMicros: view.createdAt.micros)
        let times: [(StaticString, Instant?)] = [
            ("expires_at", view.expiresAt), ("revoked_at", view.revokedAt), ("last_used_at", view.lastUsedAt),
            ("overlap_until", view.overlapUntil),
        ]
        for (name, instant) in times {
            key(name)
            if let instant { string(RFC3339.text(micros: instant.micros)) } else { null() }
        }
    }
}
