import Crypto
import EventLog
import Foundation
import Loyalty
import LoyaltyService
import Postgres
import Wire

/// The programmes that the database holds; the first start publishes one.
enum PublishedProgramme {
    static func load(_ settings: Settings, on client: PostgresClient) async throws -> [Programme] {
        let store = ProgrammeStore()
        let published = try await ProgrammeBook.published(on: client)
        if !published.isEmpty { return published }
        let (text, name) = try source(settings)
        let programme = try ProgrammeFile.read(text, name: name)
        let last = programme.versions[programme.versions.count - 1]
        _ = try await store.publish(
            ProgrammeRow(
                id: programme.id, version: last.number, validFromMicros: last.number == 1 ? nil : last.from.micros,
                document: text, contentHash: Array(SHA256.hash(data: Array(text.utf8))),
                publishedAtMicros: SystemClock.now().micros), on: client)
        // Another server may have been first, and then its programme is the default.
        return try await ProgrammeBook.published(on: client)
    }

    private static func source(_ settings: Settings) throws -> (text: String, name: String) {
        guard let path = settings.programmePath else {
            return (ReferenceProgramme.yaml, "the Sephora reference programme")
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Fault(cannot: "TREUE_PROGRAMME names \(path), which cannot be read")
        }
        return (text, path)
    }
}
