private import Crypto
public import EventLog
public import Loyalty
import Postgres
import Wire

/// Adds versions of a programme to a database. What is published is final: purchases are judged by it for ever.
public struct ProgrammePublisher: Sendable {
    /// What was added.
    public struct Publication: Sendable, Equatable {
        public let programme: Programme
        /// The numbers of the versions that were not there before; empty where all of them were.
        public let added: ClosedRange<Int>?
    }

    /// Why nothing was published.
    public enum Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        /// The file has other rules under a number that is published.
        case versionDiffers(Int)
        /// The file lacks versions that are published.
        case versionsMissing(published: Int, inFile: Int)
        /// Zone or currencies are not those under which points were given.
        case groundDiffers(String)
        /// Events have been judged by the rules of that time already.
        case fromInThePast(version: Int)
        /// Somebody else published another version under the same number at the same time.
        case conflict(Int)

        public var description: String {
            switch self {
            case .versionDiffers(let number):
                "version \(number) is published with other rules: published versions stay as they are, add a new one"
            case .versionsMissing(let published, let inFile):
                "the file has \(inFile) version(s) and \(published) are published: keep them all in the file"
            case .groundDiffers(let what):
                "`\(what)` is not what is published: it holds for all versions and stays"
            case .fromInThePast(let version):
                "`from` of version \(version) lies in the past: there are events that were judged by the rules of then"
            case .conflict(let version):
                "version \(version) was published by somebody else just now, with other content"
            }
        }
    }

    private let log: EventLog

    public init(log: EventLog) { self.log = log }

    /// Publishes the versions of a file that the database does not have.
    ///
    /// - Parameters:
    ///   - text: the file, which `programme` was read from.
    ///   - now: microseconds since 1970; a new version may not begin before, once there are events.
    public func publish(
        _ programme: Programme, text: String, at now: Instant, on client: some PostgresQuerying
    ) async throws -> Publication {
        let store = ProgrammeStore()
        let rows = try await store.versions(of: programme.id, on: client)
        let newest = rows.max { $0.version < $1.version }
        let published = try newest.map { row in
            try ProgrammeFile.read(row.document, name: "programme \(row.id) version \(row.version)")
        }
        if let published { try check(programme, against: published) }
        let first = (published?.versions.count ?? 0) + 1
        let last = programme.versions[programme.versions.count - 1]
        guard first <= last.number else { return Publication(programme: programme, added: nil) }
        if published != nil, try await hasHistory(on: client) {
            for version in programme.versions where version.number >= first && version.from <= now {
                throw Refusal.fromInThePast(version: version.number)
            }
        }
        let row = ProgrammeRow(
            id: programme.id, version: last.number, validFromMicros: last.number == 1 ? nil : last.from.micros,
            document: text, contentHash: Array(SHA256.hash(data: Array(text.utf8))), publishedAtMicros: now.micros)
        guard try await store.publish(row, on: client) != .conflict else { throw Refusal.conflict(last.number) }
        return Publication(programme: programme, added: first...last.number)
    }

    /// Whether anything has happened to a member: what administrators did is in the log as well.
    private func hasHistory(on client: some PostgresQuerying) async throws -> Bool {
        try await client.query("SELECT EXISTS (SELECT FROM treue.event WHERE stream_type = 'member')", [])
            .first?.bool(0) ?? false
    }

    private func check(_ programme: Programme, against published: Programme) throws {
        if programme.zone.name != published.zone.name { throw Refusal.groundDiffers("time_zone") }
        guard programme.currencies == published.currencies else { throw Refusal.groundDiffers("currencies") }
        guard programme.versions.count >= published.versions.count else {
            throw Refusal.versionsMissing(published: published.versions.count, inFile: programme.versions.count)
        }
        for (new, old) in zip(programme.versions, published.versions) where new != old {
            throw Refusal.versionDiffers(old.number)
        }
    }
}
