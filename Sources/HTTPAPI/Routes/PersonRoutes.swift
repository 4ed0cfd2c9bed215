import Foundation
import HTTPTypes
import Hummingbird
import Loyalty
import LoyaltyService
import NIOCore
import Wire

/// `/v1/members/{id}`: who a member is: change it, hand it out, forget it.
struct PersonRoutes<API: LoyaltyAPI>: Sendable {
    let api: API
    let configuration: HTTPConfiguration

    func add(to routes: SecuredRoutes) {
        routes.on(.patch, "members/{id}", for: [.support]) { try await change($0, $1) }
        routes.on(.delete, "members/{id}", for: [.support]) { try await erase($0, $1) }
        routes.onMember(.get, "members/{id}/export", for: [.support]) { try await export($0, $1) }
    }

    private func change(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let id = try Self.memberID(context)
        _ = try MediaType.of(request, accepting: [.mergePatch, .json])
        let versions = try EntityTag.versions(wantedBy: request)
        let body = try await BodyReader.read(
            request, limit: BodyReader.Limit(bytes: configuration.eventLimit, what: "The body"))
        let patch: ProfilePatch
        do throws(BodyError) {
            patch = try ProfilePatch.read(body)
        } catch {
            throw Problem(error)
        }
        let member = try await api.changeProfile(of: id, by: patch, ifVersion: versions, at: context.receivedAt)
        var writer = JSONWriter(reserving: 1024)
        writer.member(member)
        let tag = EntityTag(version: member.version, lastChange: member.balance.lastChange, asOf: nil)
        return Answer.json(writer, headers: [.eTag: tag.text])
    }

    private func erase(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        try await api.erase(Self.memberID(context), at: context.receivedAt)
        return Answer.nothing()
    }

    private func export(_ request: Request, _ context: MemberContext) async throws -> Response {
        let id = context.memberID
        let export = try await MemberExport(of: id, at: context.receivedAt, from: api)
        let headers: HTTPFields = [
            .contentType: "application/json",
            .contentDisposition: "attachment; filename=\"member-\(UUIDText.text(id)).json\"",
        ]
        return Response(
            status: .ok, headers: headers, body: ResponseBody { try await export.write(to: &$0) })
    }

    /// What is no UUID names nobody.
    private static func memberID(_ context: AuthenticatedContext) throws(Problem) -> UUID {
        guard let text = context.parameters.get("id"), let id = UUIDText.parse(text) else { throw .memberNotFound }
        return id
    }
}

extension EntityTag {
    /// The versions of a member that `If-Match` names; nil where any will do. Of a tag only the version counts: what falls
    /// due with time changes a balance, and no profile.
    static func versions(wantedBy request: Request) throws(Problem) -> Set<Int64>? {
        let given = request.headers[values: .ifMatch].joined(separator: ",")
        guard !given.isEmpty else { return nil }
        var versions: Set<Int64> = []
        for tag in given.split(separator: ",") {
            let tag = tag.filter { $0 != " " && $0 != "\t" }
            if tag == "*" { return nil }
            let digits = (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]).drop { $0 == "\"" }.prefix { $0 != "-" }
            // A tag that was never given out matches nothing.
            if let version = Int64(digits) { versions.insert(version) }
        }
        return versions
    }
}
