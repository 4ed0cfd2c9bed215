import HTTPTypes
import LoyaltyService
import NIOCore
import NIOHTTP1
import Wire

/// `GET /v1/members/{id}/balance` of now, for a program whose key is known: what is shown at every sale.
struct BalanceExpress<API: LoyaltyAPI>: ExpressRoute {
    let desk: ExpressDesk<API>

    func mayTake(_ head: HTTPRequestHead) -> Bool {
        head.method == .GET && head.version == .http1_1 && head.uri.utf8.count == Self.length
            && head.uri.hasPrefix(Self.start) && head.uri.hasSuffix(Self.end)
    }

    func begin(
        _ head: HTTPRequestHead, _ body: ByteBuffer, on loop: any EventLoop,
        answer: @escaping @Sendable (ByteBuffer) -> Void
    ) -> Bool {
        let id = head.uri.dropFirst(Self.start.utf8.count).dropLast(Self.end.utf8.count)
        guard body.readableBytes == 0, let member = UUIDText.parse(String(id)),
            let guest = desk.enter(head, .get, MemberRoutes<API>.balancePath, for: MemberRoutes<API>.readers)
        else { return false }
        desk.api.beginBalance(of: member, at: guest.at, resume: { loop.execute($0) }) { result in
            answer(
                desk.answer(result, to: guest) { writer, view in
                    writer.balance(view)
                    return .init(status: .ok, tag: EntityTag(of: view))
                })
        }
        return true
    }

    private static var start: String { "/v1/members/" }
    private static var end: String { "/balance" }
    /// Of a path with a UUID in it.
    private static var length: Int { start.utf8.count + 36 + end.utf8.count }
}
