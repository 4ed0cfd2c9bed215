import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization

/// Server-sent events (WHATWG HTML, 9.2): looks again and again, tells what has changed, and ends with the last event, the
/// client, or the server.
enum EventStream {
    /// What is told at one look.
    struct Event: Sendable {
        var name: String
        /// JSON on one line.
        var data: [UInt8]
        var isLast: Bool

        /// As it goes over the wire.
        func bytes(id: Int) -> ByteBuffer {
            var buffer = ByteBuffer()
            buffer.writeString("id: \(id)\nevent: \(name)\ndata: ")
            buffer.writeBytes(data)
            buffer.writeString("\n\n")
            return buffer
        }
    }

    /// How many streams may be open.
    final class Seats: Sendable {
        private let free: Mutex<Int>

        init(limit: Int) { free = Mutex(limit) }

        func take() -> Bool {
            free.withLock { free in
                guard free > 0 else { return false }
                free -= 1
                return true
            }
        }

        func leave() { free.withLock { $0 += 1 } }
    }

    private static let pause = Duration.milliseconds(500)
    /// Looks without news until a comment is sent, which keeps proxies from closing and finds out that the client left.
    private static let quietLooks = 20

    static func isWanted(by request: Request) -> Bool {
        request.headers[values: .accept].contains { header in
            header.lowercased().split(separator: ",").contains { part in
                part.split(separator: ";").first?.filter { $0 != " " } == "text/event-stream"
            }
        }
    }

    /// - Parameter look: what there is to tell now; it is given what was told last, nil at first.
    static func response(
        _ seats: Seats, _ look: @escaping @Sendable (_ last: Event?) async throws -> Event
    ) throws(Problem) -> Response {
        guard seats.take() else { throw .tooManyStreams }
        let seat = Seat(seats)
        let body = ResponseBody { writer in
            defer { seat.leave() }
            try await tell(&writer, look)
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }

    private static func tell(
        _ writer: inout any ResponseBodyWriter, _ look: @Sendable (Event?) async throws -> Event
    ) async throws {
        var last: Event?
        var (number, quiet) = (0, 0)
        while true {
            let event = try await look(last)
            if event.data != last?.data {
                number += 1
                try await writer.write(event.bytes(id: number))
                quiet = 0
            } else {
                quiet += 1
                if quiet % quietLooks == 0 { try await writer.write(ByteBuffer(string: ": still here\n\n")) }
            }
            last = event
            // A server that stops does not wait for a client that would listen for an hour.
            let goesOn: Void? = try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
            guard !event.isLast, goesOn != nil else { return }
        }
    }

    /// Left once, also where nobody ever asks for the body.
    private final class Seat: Sendable {
        private let seats: Mutex<Seats?>

        init(_ seats: Seats) { self.seats = Mutex(seats) }
        deinit { leave() }

        func leave() {
            let seats = self.seats.withLock { seats in
                defer { seats = nil }
                return seats
            }
            seats?.leave()
        }
    }
}
