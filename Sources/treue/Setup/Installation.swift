import EventLog
import Foundation
import Logging
import Loyalty
import LoyaltyService
import Postgres
import PostgresServer
import Projections
import Wire

/// A database that answers: the one that was configured, or a private one, started if need be.
struct Database: Sendable {
    let settings: Settings
    let logger: Logger
    let client: PostgresClient
    private let cluster: PrivateCluster?

    static func open(_ settings: Settings) async throws -> Database {
        let logger = settings.logger("treue")
        var cluster: PrivateCluster?
        var url = settings.databaseURL
        if url == nil {
            let own = PrivateCluster(dataDirectory: settings.dataDirectory, logger: logger)
            url = try await own.start()
            cluster = own
        }
        var configuration = PostgresConfiguration(url: url ?? "")
        // Four operations at once may hold three connections each, and none may wait for another's end.
        configuration.leases = 16
        let client = PostgresClient(configuration: configuration, logger: logger)
        do {
            try await client.start()
            return Database(settings: settings, logger: logger, client: client, cluster: cluster)
        } catch {
            try? await cluster?.stop()
            throw error
        }
    }

    /// Brings the schema up to this program's; answers what was done.
    func migrate() async throws -> [SchemaChange] {
        try await client.withLease { lease in try await Migrator().migrate(on: lease) }
    }

    /// Closes the connections and, as the last user, stops the private PostgreSQL.
    func close() async {
        await client.shutdown()
        do {
            try await cluster?.stop()
        } catch {
            logger.warning("PostgreSQL was not stopped", metadata: ["error": "\(error)"])
        }
    }
}

/// An open database with all that a command needs, made ready on the way: schema migrated, programme published, keys
/// loaded.
struct Installation: Sendable {
    let database: Database
    let log: EventLog
    let programmes: ProgrammeBook
    let keys: KeyRing

    var client: PostgresClient { database.client }
    var logger: Logger { database.logger }
    var settings: Settings { database.settings }

    static func open(_ settings: Settings) async throws -> Installation {
        let database = try await Database.open(settings)
        do {
            _ = try await database.migrate()
            let log = try await EventLog.open(on: database.client)
            let programmes = ProgrammeBook(try await PublishedProgramme.load(settings, on: database.client))
            let keys = try MasterKeyFile.load(directory: try DataDirectory.open(settings.dataDirectory))
            // With another database's key nobody would be found by card or e-mail, and everybody enrolled a second time.
            try await keys.check(against: log, on: database.client)
            return Installation(database: database, log: log, programmes: programmes, keys: keys)
        } catch {
            await database.close()
            throw error
        }
    }

    /// How webhooks are sent.
    var webhooks: WebhookConfiguration {
        var configuration = WebhookConfiguration()
        configuration.allowsPrivateNetwork = settings.webhooksMayBePrivate
        return configuration
    }

    /// A service over it; see ``withService(_:)``.
    ///
    /// - Parameter isFollowed: whether followers run in this process.
    func service(isFollowed: Bool) -> LoyaltyService {
        var configuration = LoyaltyService.Configuration()
        configuration.isFollowed = isFollowed
        configuration.webhooks = webhooks
        return LoyaltyService(
            client: client, log: log, programmes: programmes, keys: keys, logger: logger,
            configuration: configuration, clock: SystemClock.now)
    }

    /// Rebuilds the accounts where another version of the program wrote them, so that nothing is decided on rows of a shape
    /// that this one does not know.
    func bringAccountsUp() async throws {
        let account = catalogue.account
        guard try await account.needsRebuild(), try await !account.adoptWhileEmpty() else { return }
        logger.notice("the accounts are another version's: rebuilding them first")
        let rebuilt = try await account.rebuild()
        logger.notice("the accounts are rebuilt", metadata: ["members": "\(rebuilt.rows)"])
    }

    /// Runs a command on an open installation and closes it, whatever happens.
    static func use<Result>(_ options: SettingsOptions, _ body: (Installation) async throws -> Result) async throws
        -> Result
    {
        let installation = try await open(options.settings())
        do {
            let result = try await body(installation)
            await installation.database.close()
            return result
        } catch {
            await installation.database.close()
            throw error
        }
    }

    /// Runs work beside a service that records, and lets it finish what it took.
    func withService<Result: Sendable>(_ body: @Sendable (LoyaltyService) async throws -> Result) async throws -> Result
    {
        try await bringAccountsUp()
        let service = service(isFollowed: false)
        async let running: Void = service.run()
        do {
            let result = try await body(service)
            service.shutdown()
            await running
            return result
        } catch {
            service.shutdown()
            await running
            throw error
        }
    }
}
