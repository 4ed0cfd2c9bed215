import HTTPTypes
import LoyaltyService
import NIOCore
import NIOHTTP1
import Wire

/// `POST /v1/events` with one event of a member who is known, from a till whose key is known: what checkouts ask all day.
struct EventExpress<API: LoyaltyAPI>: ExpressRoute {
    let desk: ExpressDesk<API>

    func mayTake(_ head: HTTPRequestHead) -> Bool {
        head.method == .POST && head.uri == EventRoutes<API>.path && head.version == .http1_1
    }

    func begin(
        _ head: HTTPRequestHead, _ body: ByteBuffer, on loop: any EventLoop,
        answer: @escaping @Sendable (ByteBuffer) -> Void
    ) -> Bool {
        guard let guest = desk.enter(head, .post, EventRoutes<API>.path, for: EventRoutes<API>.scopes) else {
            return false
        }
        let isBegun = record(body, of: guest, on: loop, answer: answer)
        if !isBegun { desk.leave(guest) }
        return isBegun
    }

    private func record(
        _ body: ByteBuffer, of guest: ExpressDesk<API>.Guest, on loop: any EventLoop,
        answer: @escaping @Sendable (ByteBuffer) -> Void
    ) -> Bool {
        guard (try? MediaType.of(guest.fields.contentType, accepting: [.cloudEvent, .json])) != nil,
            let event = try? CloudEventReader.read(Array(body.readableBytesView))
        else { return false }
        return desk.api.beginRecording(
            event.traced(by: guest.trace), receivedAt: guest.at, resume: { loop.execute($0) }
        ) { result in
            answer(
                desk.answer(result, to: guest) { writer, event in
                    writer.event(event)
                    return .init(status: event.status == .accepted ? .created : .ok)
                })
        }
    }
}
