internal import CLibPQ
import Foundation

/// An open connection on its way to the reactor. One thread owns it at a time, hence `@unchecked Sendable`.
struct OpenConnection: @unchecked Sendable {
    let pointer: OpaquePointer

    func close() {
        PQfinish(pointer)
    }
}

/// Opens connections, each on a thread of its own for as long as that takes: resolving names blocks, and SCRAM
/// and TLS cost milliseconds that would hold up every other connection of the reactor. libpq tries the hosts in
/// turn there, each within its `connect_timeout`.
enum Connector {
    static func open(
        _ settings: ConnectionSettings, reactor: Reactor,
        then handOver: @escaping @Sendable (ReactorThread, Result<OpenConnection, PostgresError>) -> Void
    ) {
        let thread = Thread {
            let result = connect(settings)
            let isTaken = reactor.post(.call { handOver($0, result) })
            if !isTaken, case .success(let connection) = result { connection.close() }
        }
        thread.name = "treue-connect"
        thread.start()
    }

    private static func connect(_ settings: ConnectionSettings) -> Result<OpenConnection, PostgresError> {
        let keywords = settings.pairs.map { strdup($0.keyword) } + [nil]
        let values = settings.pairs.map { strdup($0.value) } + [nil]
        defer { for text in keywords + values { free(text) } }
        let constKeywords = keywords.map { UnsafePointer($0) }
        let constValues = values.map { UnsafePointer($0) }
        guard let connection = PQconnectdbParams(constKeywords, constValues, 0) else {
            return .failure(PostgresError(.connectionFailed, "out of memory"))
        }
        // Notices would go to standard error.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        guard PQstatus(connection) == CONNECTION_OK, PQsetnonblocking(connection, 1) == 0,
            PQenterPipelineMode(connection) == 1
        else {
            defer { PQfinish(connection) }
            return .failure(PostgresError(.connectionFailed, connection.lastMessage))
        }
        return .success(OpenConnection(pointer: connection))
    }

    /// Asks the server to give up what the connection runs. Blocks, so it gets a thread of its own, too.
    static func cancel(
        _ connection: OpaquePointer, reactor: Reactor, then done: @escaping @Sendable (ReactorThread) -> Void
    ) {
        struct Request: @unchecked Sendable {
            let pointer: OpaquePointer
        }
        guard let pointer = PQgetCancel(connection) else {
            reactor.post(.call(done))
            return
        }
        let request = Request(pointer: pointer)
        let thread = Thread {
            var message = [CChar](repeating: 0, count: 256)
            _ = PQcancel(request.pointer, &message, Int32(message.count))
            PQfreeCancel(request.pointer)
            reactor.post(.call(done))
        }
        thread.name = "treue-cancel"
        thread.start()
    }
}

extension OpaquePointer {
    /// libpq's last message about a connection, on one line.
    var lastMessage: String {
        let text = PQerrorMessage(self).map { String(cString: $0) } ?? ""
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        return lines.isEmpty ? "the connection broke without a reason given" : lines.joined(separator: "; ")
    }
}
