import EventLog
import Foundation
public import Loyalty
import Postgres
import Wire

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
            let document = try ProgrammeFile.appending(text, as: number, to: before?.document)
            let programme = try ProgrammeFile.read(document, name: "programme")
            guard programme.id == id else { throw ServiceError.programmeIDDiffers(programme.id) }
            guard number <= programme.versions.count else { throw ServiceError.versionMissing(number) }
            if let before, number <= before.version {
                let published = try ProgrammeFile.read(before.document, name: "the published document")
                guard published.versions[number - 1] == programme.versions[number - 1] else {
                    throw ServiceError.versionConflict(number)
                }
                return try view(of: before, at: at, isNew: false)
            }
            try await transaction { [self] lease in
                _ = try await ProgrammePublisher(log: log).publish(programme, text: document, at: at, on: lease)
                let facts = [JSONMember("version", .integer(Int64(programme.versions.count)))]
                try await record(AuditAct("programme.published", of: id, facts: facts), at: at, on: lease)
            }
            try await refreshProgrammes()
            guard let newest = try await newestRow(of: id) else { throw ServiceError.programmeNotFound }
            return try view(of: newest, at: at, isNew: true)
        } catch let error as ProgrammeFileError {
            throw ServiceError(error)
        } catch let refusal as ProgrammePublisher.Refusal {
            throw ServiceError(refusal)
        } catch {
            throw translated(error)
        }
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

    /// A refusal to publish.
    fileprivate init(_ refusal: ProgrammePublisher.Refusal) {
        switch refusal {
        case .versionDiffers(let number), .conflict(let number): self = .versionConflict(number)
        case .versionsMissing(let published, _): self = .versionMissing(published)
        case .groundDiffers:
            self.init(
                code: "programme_fixed", status: 409, title: "The programme's frame is final",
                detail:
                    "Time zone and currencies of a published programme cannot change: what was counted in them stands.")
        case .fromInThePast:
            self.init(
                code: "version_in_past", status: 422, title: "The version begins in the past",
                detail: "Purchases have been judged already: a new version begins in the future.",
                faults: [Fault(pointer: "/versions", detail: "`from` must lie in the future")])
        }
    }

    static func programmeIDDiffers(_ id: String) -> ServiceError {
        ServiceError(
            code: "programme_invalid", status: 422, title: "The document is another programme's",
            detail: "The document's `id` is \(id).",
            faults: [Fault(pointer: "/id", detail: "must be the id in the path")])
    }

    static func versionMissing(_ number: Int) -> ServiceError {
        ServiceError(
            code: "version_missing", status: 422, title: "The version is not in the document",
            detail: "Versions are numbered from 1 in the order in which they stand; version \(number) is expected.",
            faults: [Fault(pointer: "/versions", detail: "must have version \(number)")])
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
