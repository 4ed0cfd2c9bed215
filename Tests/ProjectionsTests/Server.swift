import EventLog
import Foundation
import Logging
import Loyalty
import LoyaltyService
import Postgres
import TestSupport
import Wire

@testable import Projections

/// A database with one running service, and a projection with connections of its own.
struct Server: Sendable {
    let postgres: ThrowawayPostgres
    let url: String
    let service: LoyaltyService
    let client: PostgresClient
    let log: EventLog
    let projection: AccountProjection

    /// 2026-03-01T12:00:00Z.
    static let now = Instant(micros: 1_772_366_400_000_000)

    /// Many servers at once need more connections than the cluster that all tests share has.
    private static let cluster = Task { try await ThrowawayPostgres.start(configuration: ["max_connections = 400"]) }

    static func with(partitions: Int? = nil, _ body: @Sendable (Server) async throws -> Void) async throws {
        let postgres = try await cluster.value
        let url = try await postgres.freshDatabase(partitions: partitions)
        let client = try await client(url)
        _ = try await client.withLease { try await Migrator().migrate(on: $0) }
        _ = try await AccountProjection(client: client, log: try await EventLog.open(on: client)).adoptWhileEmpty()
        await client.shutdown()
        try await with(postgres, url, body)
    }

    /// Another server over the same database.
    func beside(_ body: @Sendable (Server) async throws -> Void) async throws {
        try await Server.with(postgres, url, body)
    }

    private static func with(
        _ postgres: ThrowawayPostgres, _ url: String, _ body: @Sendable (Server) async throws -> Void
    ) async throws {
        let (own, others) = (try await client(url), try await client(url))
        let log = try await EventLog.open(on: own)
        var programme = try ProgrammeFile.read(ReferenceProgramme.yaml, name: "sephora.yaml")
        programme.enrolment = .automatic
        let service = LoyaltyService(
            client: own, log: log, programmes: ProgrammeBook([programme]),
            keys: KeyRing(master: [UInt8](repeating: 7, count: 32)),
            logger: logger, clock: { now })
        let server = Server(
            postgres: postgres, url: url, service: service, client: others, log: log,
            projection: AccountProjection(client: others, log: log))
        async let running: Void = service.run()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(server))
        } catch {
            result = .failure(error)
        }
        service.shutdown()
        await running
        await own.shutdown()
        await others.shutdown()
        try result.get()
    }

    private static func client(_ url: String) async throws -> PostgresClient {
        var configuration = PostgresConfiguration(url: url)
        (configuration.readLanes, configuration.leases) = (1, 8)
        let client = PostgresClient(configuration: configuration, logger: logger)
        try await client.start()
        return client
    }

    private static var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    /// Runs SQL as a superuser for whom no trigger fires: behind the server's back.
    func tamper(_ sql: String) async throws {
        let script = "SET session_replication_role = replica; \(sql)"
        _ = try await postgres.query(script, at: postgres.superuserURL(for: url))
    }

    func number(_ sql: String) async throws -> Int64 {
        try await client.query(PostgresStatement(sql))[0].int8(0)
    }

    /// Records a purchase of so many dollars, some days before ``now``; answers the member, nil where it was refused.
    @discardableResult
    func buys(_ member: String, _ id: String, dollars: Int64 = 10, daysAgo: Int64 = 10) async -> UUID? {
        guard let reference = MemberReference(.externalID, member) else { return nil }
        let line = Line(sku: "A", quantity: 1, unitPrice: dollars * 100)
        let purchase = Purchase(order: OrderReference(source: "shop", id: id), currency: "USD", lines: [line])
        let event = IncomingEvent(
            id: id, source: "shop", time: Instant(micros: Server.now.micros - daysAgo * 86_400_000_000),
            member: reference, command: .purchase(purchase))
        return try? await service.record(event, receivedAt: Server.now).get().memberID
    }

    /// Some members with a few purchases each; late ones among them.
    func history(members: Int = 20) async -> [UUID] {
        var ids: [UUID] = []
        for member in 0..<members {
            for (number, days) in [300, 20, 100, 5].enumerated() {
                let id = await buys("m\(member)", "h \(member) \(number)", dollars: 40, daysAgo: Int64(days))
                if number == 0, let id { ids.append(id) }
            }
        }
        return ids
    }

    func points(of member: UUID) async throws -> Int64? {
        try await service.balance(of: member, at: Server.now).balance.wallets.first?.available
    }
}

extension AccountProjection {
    /// Compares all read models, as everybody does, and answers what was found of the accounts.
    func verify() async throws -> ProjectionComparison {
        let catalogue = ProjectionCatalogue(client: client, log: log, zone: .utc, workers: workers, bounds: bounds)
        return try await catalogue.compareAll { _ in }.parts[0]
    }
}

extension ProjectionCatalogue {
    /// Makes all reports known and brings them up to the log.
    func rebuildReports() async throws {
        for report in reports {
            try await report.register()
            _ = try await report.rebuild { _ in }
        }
    }
}

extension ProjectionComparison {
    var accounts: [AccountDifference] {
        differences.compactMap { if case .account(let difference) = $0 { difference } else { nil } }
    }
}
