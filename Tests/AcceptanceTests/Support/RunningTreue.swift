import Foundation

/// A `treue serve` that answers, with an admin's key.
final class RunningTreue: Sendable {
    let place: Place
    let process: Spawned
    let port: UInt16
    let key: String

    /// Starts it and waits for `/readyz`. Blocks.
    init(_ place: Place) throws {
        let process = try place.spawn(["serve"])
        (self.place, self.process) = (place, process)
        let hint = { process.errors }
        try waitUntil("the line `listening`", hint: hint) {
            guard process.poll() == nil else { throw TookTooLong(description: "serve ended: \(process.errors)") }
            return Self.port(in: process.errors) != nil
        }
        port = Self.port(in: process.errors) ?? 0
        let asking = HTTPClient(port: port, key: nil)
        try waitUntil("/readyz", hint: hint) { (try? asking.send("GET", "/readyz"))?.status == 200 }
        let making = try place.spawn(["keys", "create", "--scope", "admin", "--json"])
        guard try making.wait() == .exited(0) else { throw TookTooLong(description: "keys create: \(making.errors)") }
        key = try JSON(Array(making.output.utf8))["key"].text
    }

    private static func port(in log: String) -> UInt16? {
        for line in log.split(separator: "\n") where line.contains("\"listening\"") {
            guard let url = try? JSON(Array(line.utf8))["url"].text, let digits = url.split(separator: ":").last else {
                continue
            }
            return UInt16(digits)
        }
        return nil
    }

    /// A connection with the admin's key.
    func client() -> HTTPClient { HTTPClient(port: port, key: key) }

    /// One request on a connection of its own.
    func send(
        _ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8]? = nil
    ) async throws -> Reply {
        try await onThread { [self] in try client().send(method, path, headers: headers, body: body) }
    }

    /// GET.
    func get(_ path: String, headers: [String: String] = [:]) async throws -> Reply {
        try await send("GET", path, headers: headers)
    }

    /// POST of JSON.
    func post(_ path: String, _ body: String, type: String = "application/json") async throws -> Reply {
        try await send("POST", path, headers: ["Content-Type": type], body: Array(body.utf8))
    }

    /// Asks it to stop with SIGTERM and waits for its end.
    @discardableResult
    func stop() async throws -> Spawned.Ending {
        try await onThread { [process] in
            process.signal(SIGTERM)
            return try process.wait()
        }
    }

    /// `kill -9`.
    func kill() async throws {
        try await onThread { [process] in
            process.signal(SIGKILL)
            _ = try process.wait()
        }
    }
}

extension HTTPClient {
    /// POST of one event.
    func post(_ event: String) throws(NoReply) -> Reply {
        try send("POST", "/v1/events", headers: ["Content-Type": "application/json"], body: Array(event.utf8))
    }
}
