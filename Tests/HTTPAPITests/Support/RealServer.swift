import EventLog
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Loyalty
public import LoyaltyService
import Postgres
import Synchronization
import TestSupport
import Wire

@testable public import HTTPAPI

// As the program itself does.
extension LoyaltyService: LoyaltyAPI {}

/// The routes over a service with a database of its own, at a time that the test says.
struct RealServer: Sendable {
    /// What the server takes for the present.
    final class Clock: Sendable {
        /// 2000-01-01: before everything that examples tell of.
        private let instant = Mutex(Instant(micros: 946_684_800_000_000))

        var now: Instant { instant.withLock { $0 } }

        func set(_ to: Instant) { instant.withLock { $0 = to } }

        func move(to: Instant) { instant.withLock { $0 = max($0, to) } }
    }

    let caller: Caller
    let clock: Clock
    let key: String

    static func with(_ body: @escaping @Sendable (RealServer) async throws -> Void) async throws {
        let postgres = try await ThrowawayPostgres.shared()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var settings = PostgresConfiguration(url: try await postgres.freshDatabase())
        (settings.readLanes, settings.leases) = (1, 3)
        let client = PostgresClient(configuration: settings, logger: logger)
        try await client.start()
        do {
            _ = try await client.withLease { try await Migrator().migrate(on: $0) }
            try await serve(client, logger, body)
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    private static func serve(
        _ client: PostgresClient, _ logger: Logger, _ body: @escaping @Sendable (RealServer) async throws -> Void
    ) async throws {
        let clock = Clock()
        let standard = try ProgrammeFile.read(ReferenceProgramme.yaml, name: ReferenceProgramme.name)
        let keys = KeyRing(master: [UInt8](repeating: 7, count: 32))
        let log = try await EventLog.open(on: client)
        let service = LoyaltyService(
            client: client, log: log, programmes: ProgrammeBook([standard]), keys: keys, logger: logger,
            clock: { clock.now })
        let key = try await client.withLease { lease in
            try await lease.transaction {
                try await APIKeyDesk(keys: keys, log: log).create(
                    name: "test", scopes: [.admin], expiresAt: nil, by: .commandLine, at: clock.now, on: lease)
            }
        }
        let configuration = HTTPConfiguration(host: "127.0.0.1", port: 0)
        let app = buildApplication(api: service, configuration: configuration, logger: logger) { clock.now }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await service.run() }
            defer { service.shutdown() }
            try await app.test(.router) { client in
                try await body(RealServer(caller: Caller(client: client), clock: clock, key: key.key))
            }
        }
    }

    func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: String?, type: String = "application/json"
    ) async throws -> Caller.Reply {
        try await caller.call(method, path, key: key, type: body == nil ? nil : type, body: body)
    }

    /// Posts and reads what came back.
    func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        try await call(.post, path, body.written).json
    }
}
