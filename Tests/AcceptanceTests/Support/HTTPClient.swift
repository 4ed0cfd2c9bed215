import Foundation

/// An answer.
struct Reply: Sendable {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]

    var json: JSON { get throws { try JSON(body) } }
    var text: String { String(decoding: body, as: UTF8.self) }
    var isDone: Bool { (200...299).contains(status) }
}

/// Why there is no answer.
enum NoReply: Error, Equatable {
    /// Nobody listens.
    case refused
    /// The connection ended before the first byte of an answer.
    case closed
    /// The connection ended within an answer, or the answer is no HTTP.
    case cutOff(String)
}

/// A blocking HTTP/1.1 client with one connection, for one thread at a time.
final class HTTPClient {
    private let port: UInt16
    private let key: String?
    private var socket: Int32 = -1
    private var received: [UInt8] = []

    init(port: UInt16, key: String?) { (self.port, self.key) = (port, key) }

    deinit { disconnect() }

    /// Sends a request and waits for the answer. The connection is kept.
    func send(
        _ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8]? = nil
    ) throws(NoReply) -> Reply {
        try begin(method, path, headers: headers, body: body)
        return try finish(isHead: method == "HEAD")
    }

    /// Sends a request but for the last `held` bytes of its body.
    func begin(
        _ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8]? = nil, held: Int = 0
    ) throws(NoReply) {
        if socket < 0 { try connect() }
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
        if let key { head += "Authorization: Bearer \(key)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        write(Array((head + "\r\n").utf8) + (body ?? []).dropLast(held))
    }

    /// Sends what was held back and waits for the answer.
    func finish(_ held: [UInt8] = [], isHead: Bool = false) throws(NoReply) -> Reply {
        write(held)
        do throws(NoReply) {
            let reply = try readReply(isHead: isHead)
            if reply.headers["connection"] == "close" { disconnect() }
            return reply
        } catch {
            disconnect()
            throw error
        }
    }

    /// Closes the connection; the next request opens another.
    func disconnect() {
        if socket >= 0 { close(socket) }
        socket = -1
        received = []
    }

    private func connect() throws(NoReply) {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            disconnect()
            throw .refused
        }
    }

    /// A server may refuse a body before it has come whole: then the answer says so, not the failure to write.
    private func write(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(socket, buffer.baseAddress?.advanced(by: sent), buffer.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    private func readReply(isHead: Bool) throws(NoReply) -> Reply {
        let separator = Array("\r\n\r\n".utf8)
        var end: Int?
        while true {
            end = received.firstRange(of: separator)?.upperBound
            if end != nil { break }
            guard readMore() else { throw received.isEmpty ? .closed : .cutOff("in the head") }
        }
        let lines = String(decoding: received[..<(end ?? 0)], as: UTF8.self).components(separatedBy: "\r\n")
        received.removeFirst(end ?? 0)
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw .cutOff("no status: \(lines[0])")
        }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        if status == 100 { return try readReply(isHead: isHead) }
        guard !isHead, status != 204, status != 304 else { return Reply(status: status, headers: headers, body: []) }
        return Reply(status: status, headers: headers, body: try readBody(headers["content-length"]))
    }

    private func readBody(_ length: String?) throws(NoReply) -> [UInt8] {
        guard let count = length.flatMap({ Int($0) }) else { throw .cutOff("an answer without Content-Length") }
        while received.count < count {
            guard readMore() else { throw .cutOff("\(received.count) of \(count) bytes") }
        }
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
    }

    private func readMore() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        received += buffer.prefix(count)
        return true
    }
}
