import EventLog
import Foundation
import Logging
import Loyalty
import LoyaltyService
import Postgres
import Projections
import TestSupport
import Wire

/// One database with one or more services over it, each with connections of its own: so many server processes.
struct Shop: Sendable {
    let postgres: ThrowawayPostgres
    let url: String
    let services: [LoyaltyService]
    let clients: [PostgresClient]
    let log: EventLog

    var service: LoyaltyService { services[0] }
    var other: LoyaltyService { services[1] }
    var client: PostgresClient { clients[0] }

    /// 2026-03-01T12:00:00Z: the present of every test.
    static let now = Instant(micros: 1_772_366_400_000_000)
    static let master = [UInt8](repeating: 7, count: 32)

    /// Many servers at once need more connections than the cluster that all tests share has.
    private static let cluster = Task { try await ThrowawayPostgres.start(configuration: ["max_connections = 400"]) }

    /// Runs `body` and closes everything afterwards.
    ///
    /// - Parameter running: whether the services record; else their queues only fill.
    static func with(
        servers: Int = 1, enrolment: Programme.Enrolment = .automatic, programmes: [Programme]? = nil,
        running: Bool = true, configuration: LoyaltyService.Configuration = .init(),
        clock: @escaping @Sendable () -> Instant = { now }, _ body: @Sendable (Shop) async throws -> Void
    ) async throws {
        let postgres = try await cluster.value
        let url = try await postgres.freshDatabase()
        var clients: [PostgresClient] = []
        for _ in 0..<servers { clients.append(try await client(url)) }
        _ = try await clients[0].withLease { try await Migrator().migrate(on: $0) }
        let log = try await EventLog.open(on: clients[0])
        _ = try await AccountProjection(client: clients[0], log: log).adoptWhileEmpty()
        let programmes = try programmes ?? [programme(enrolment)]
        let services = clients.map { client in
            LoyaltyService(
                client: client, log: log, programmes: ProgrammeBook(programmes), keys: KeyRing(master: master),
                logger: logger,
                configuration: configuration, clock: clock)
        }
        let shop = Shop(postgres: postgres, url: url, services: services, clients: clients, log: log)
        let result = await shop.run(body, running: running)
        for client in clients { await client.shutdown() }
        try result.get()
    }

    private func run(
        _ body: @Sendable (Shop) async throws -> Void, running: Bool
    ) async -> Result<Void, any Error> {
        await withTaskGroup(of: Void.self) { group in
            if running {
                for service in services { group.addTask { await service.run() } }
            }
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(self))
            } catch {
                result = .failure(error)
            }
            for service in services { service.shutdown() }
            return result
        }
    }

    static func client(_ url: String) async throws -> PostgresClient {
        var configuration = PostgresConfiguration(url: url)
        (configuration.readLanes, configuration.leases) = (1, 8)
        let client = PostgresClient(configuration: configuration, logger: logger)
        try await client.start()
        return client
    }

    static var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    /// The reference programme.
    static func programme(_ enrolment: Programme.Enrolment) throws -> Programme {
        var programme = try ProgrammeFile.read(ReferenceProgramme.yaml, name: "sephora.yaml")
        programme.enrolment = enrolment
        return programme
    }

    func number(_ sql: String) async throws -> Int64 {
        try await client.query(PostgresStatement(sql))[0].int8(0)
    }

    /// Runs SQL as a superuser for whom no trigger fires: behind the server's back.
    func tamper(_ sql: String) async throws {
        let script = "SET session_replication_role = replica; \(sql)"
        _ = try await postgres.query(script, at: postgres.superuserURL(for: url))
    }

    /// Moves the events recorded before an instant to where closed events lie.
    @discardableResult
    func closeEvents(before instant: Instant) async throws -> LogClosing {
        try await client.withLease { try await LogCloser(log: log).close(before: instant.micros, on: $0) }
    }

    /// Points available now.
    func points(of member: UUID, asked service: LoyaltyService? = nil) async throws -> Int64? {
        try await (service ?? self.service).balance(of: member, at: Shop.now).balance.wallets.first?.available
    }

    /// Enrols somebody with nothing but a card.
    func somebody() async throws -> UUID { try await service.enrol(EnrolmentBody(), at: Shop.start).id }

    /// Two months before the present.
    static let start = Instant(micros: now.micros - 60 * day)
    static let day: Int64 = 86_400_000_000
}
