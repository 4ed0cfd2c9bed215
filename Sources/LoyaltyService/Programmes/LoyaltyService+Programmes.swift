import Crypto
import EventLog
public import Foundation
public import Loyalty
import Postgres
public import Wire

/// A programme as it is published.
public struct ProgrammeView: Sendable {
    public var programme: Programme
    /// The newest document, as it was sent.
    public var document: String
    /// Number of the version that is in force now.
    public var inForce: Int
    /// Whether the request published something new.
    public var isNew: Bool
}

extension LoyaltyService {
    /// A programme with every version it ever had.
    ///
    /// - Throws: `programme_not_found`.
    public func programme(_ id: String, at: Instant) async throws(ServiceError) -> ProgrammeView {
        do {
            guard let newest = try await newestRow(of: id) else { throw ServiceError.programmeNotFound }
            return try view(of: newest, at: at, isNew: false)
        } catch {
            throw translated(error)
        }
    }

    /// The programmes that are published, the default first.
    public func allProgrammes(at: Instant) async throws(ServiceError) -> [ProgrammeView] {
        var views: [ProgrammeView] = []
        for programme in programmes.all { views.append(try await self.programme(programme.id, at: at)) }
        return views
    }

    /// Publishes a version. What is published is final: other content under its number is refused, and so is a version
    /// that begins in the past once something has happened under the programme.
    ///
    /// - Parameter text: the whole document, or that version by itself.
    /// - Throws: `programme_invalid` with every fault, `version_conflict`, `version_in_past`.
    public func publish(
        _ text: String, as number: Int, of id: String, at: Instant
    ) async throws(ServiceError) -> ProgrammeView {
        do {
            let before = try await newestRow(of: id)
            let document = try ProgrammeFile.appending(text, to: before?.document)
            let programme = try ProgrammeFile.read(document, name: "programme")
            try await check(programme, as: number, of: id, after: before, at: at)
            let last = programme.versions[programme.versions.count - 1]
            let row = ProgrammeRow(
                id: id, version: last.number, validFromMicros: last.number == 1 ? nil : last.from.micros,
                document: document, contentHash: Array(SHA256.hash(data: Array(document.utf8))),
                publishedAtMicros: at.micros)
            if let before, before.version >= last.number { return try view(of: before, at: at, isNew: false) }
            guard case .published = try await ProgrammeStore().publish(row, on: client) else {
                // Somebody else published this number in this very moment: judged anew, on what is there now.
                return try await publish(text, as: number, of: id, at: at)
            }
            try await refreshProgrammes()
            return try view(of: row, at: at, isNew: true)
        } catch let error as ProgrammeFileError {
            throw ServiceError(error)
        } catch {
            throw translated(error)
        }
    }

    private func check(
        _ programme: Programme, as number: Int, of id: String, after before: ProgrammeRow?, at: Instant
    ) async throws {
        guard programme.id == id else { throw ServiceError.programmeIDDiffers(programme.id) }
        guard programme.versions.count >= number else { throw ServiceError.versionMissing(number) }
        guard let before else {
            guard number == programme.versions.count || number == 1 else { throw ServiceError.versionMissing(number) }
            return
        }
        let old = try ProgrammeFile.read(before.document, name: "the published document")
        guard number <= old.versions.count + 1 else { throw ServiceError.versionMissing(old.versions.count + 1) }
        guard programme.versions.count <= max(number, old.versions.count) else {
            throw ServiceError.versionTooMany(programme.versions.count)
        }
        for (published, sent) in zip(old.versions, programme.versions) where published != sent {
            throw ServiceError.versionConflict(published.number)
        }
        guard old.zone == programme.zone, old.currencies == programme.currencies else {
            throw ServiceError.programmeFixed
        }
        let added = programme.versions.dropFirst(old.versions.count)
        if added.contains(where: { $0.from <= at }), try await hasHistory(id) { throw ServiceError.versionInPast }
    }

    /// Whether anything has happened under the programme.
    private func hasHistory(_ id: String) async throws -> Bool {
        try await client.query("SELECT EXISTS (SELECT FROM treue.event WHERE stream_type = 'member')", [])
            .first?.bool(0) ?? false
    }

    private func newestRow(of id: String) async throws -> ProgrammeRow? {
        try await ProgrammeStore().versions(of: id, on: client).last
    }

    private func view(of row: ProgrammeRow, at: Instant, isNew: Bool) throws -> ProgrammeView {
        let programme = try ProgrammeFile.read(row.document, name: "programme \(row.id)")
        return ProgrammeView(
            programme: programme, document: row.document, inForce: programme.version(at: at).number, isNew: isNew)
    }
}

extension ServiceError {
    static let programmeNotFound = ServiceError(
        code: "programme_not_found", status: 404, title: "There is no such programme",
        detail: "No programme of this id is published here.")

    static let programmeFixed = ServiceError(
        code: "programme_fixed", status: 409, title: "The programme's frame is final",
        detail: "Time zone and currencies of a published programme cannot change: what was counted in them stands.")

    static let versionInPast = ServiceError(
        code: "version_in_past", status: 422, title: "The version begins in the past",
        detail: "Purchases have been judged already: a new version begins in the future.",
        faults: [Fault(pointer: "/versions", detail: "`from` must lie in the future")])

    static func programmeIDDiffers(_ id: String) -> ServiceError {
        ServiceError(
            code: "programme_invalid", status: 422, title: "The document is another programme's",
            detail: "The document's `id` is \(id).", faults: [Fault(pointer: "/id", detail: "must be the id in the path")])
    }

    static func versionMissing(_ number: Int) -> ServiceError {
        ServiceError(
            code: "version_missing", status: 422, title: "The version is not in the document",
            detail: "Versions are numbered from 1 in the order in which they stand; version \(number) is expected.",
            faults: [Fault(pointer: "/versions", detail: "must have version \(number)")])
    }

    static func versionTooMany(_ number: Int) -> ServiceError {
        ServiceError(
            code: "version_missing", status: 422, title: "The version is not in the document",
            detail: "The document goes on to version \(number), which the path does not name.",
            faults: [Fault(pointer: "/versions", detail: "must end with the version in the path")])
    }

    static func versionConflict(_ number: Int) -> ServiceError {
        ServiceError(
            code: "version_conflict", status: 409, title: "The version is published with other content",
            detail: "Version \(number) is final. Add a new version instead.")
    }

    /// Every fault of a file, with its line.
    init(_ error: ProgrammeFileError) {
        self.init(
            code: "programme_invalid", status: 422, title: "The programme is wrong",
            detail: "\(error.faults.count) fault(s); the first: \(error.faults.first?.description ?? "")",
            faults: error.faults.map { Fault(pointer: "/line/\($0.line)", detail: $0.description) })
    }
}
