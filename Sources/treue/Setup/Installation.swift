import EventLog
import Foundation
import Logging
import Loyalty
import LoyaltyService
import Postgres
import PostgresServer
import Wire

/// An open database with all that a command needs, made ready on the way: private PostgreSQL started, schema migrated,
/// programme published, keys loaded.
struct Installation: Sendable {
    let settings: Settings
    let logger: Logger
    let client: PostgresClient
    let log: EventLog
    let programme: Programme
    let keys: KeyRing
    private let cluster: PrivateCluster?

    static func open(_ settings: Settings) async throws -> Installation {
        let logger = settings.logger("treue")
        var cluster: PrivateCluster?
        let url: String
        if let given = settings.databaseURL {
            url = given
        } else {
            let own = PrivateCluster(dataDirectory: settings.dataDirectory, logger: logger)
            url = try await own.start()
            cluster = own
        }
        do {
            return try await open(settings, url: url, cluster: cluster, logger: logger)
        } catch {
            try? await cluster?.stop()
            throw error
        }
    }

    private static func open(
        _ settings: Settings, url: String, cluster: PrivateCluster?, logger: Logger
    ) async throws -> Installation {
        let client = PostgresClient(configuration: PostgresConfiguration(url: url), logger: logger)
        try await client.start()
        do {
            try await client.withLease { lease in _ = try await Migrator().migrate(on: lease) }
            let log = try await EventLog.open(on: client)
            let programme = try await PublishedProgramme.load(settings, on: client)
            let keys = try MasterKeyFile.load(directory: settings.dataDirectory)
            return Installation(
                settings: settings, logger: logger, client: client, log: log, programme: programme, keys: keys,
                cluster: cluster)
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// A service over it; see ``withService(_:)``.
    func service() -> LoyaltyService {
        LoyaltyService(
            client: client, log: log, programme: programme, keys: keys, logger: logger, clock: SystemClock.now)
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

    /// Runs a command on an open installation and closes it, whatever happens.
    static func use<Result>(_ options: SettingsOptions, _ body: (Installation) async throws -> Result) async throws -> Result {
        let installation = try await open(options.settings())
        do {
            let result = try await body(installation)
            await installation.close()
            return result
        } catch {
            await installation.close()
            throw error
        }
    }

    /// Runs work beside a service that records, and lets it finish what it took.
    func withService<Result: Sendable>(_ body: @Sendable (LoyaltyService) async throws -> Result) async throws -> Result {
        let service = service()
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
