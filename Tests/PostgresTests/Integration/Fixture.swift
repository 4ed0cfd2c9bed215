import Logging
import TestSupport

@testable import Postgres

/// Connections break on purpose here: nobody needs to read of it.
let quietLogger = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}()

/// A client that lives as long as `body`.
func withClient<T>(
    _ url: String, _ configure: (inout PostgresConfiguration) -> Void = { _ in },
    _ body: (PostgresClient) async throws -> T
) async throws -> T {
    var configuration = PostgresConfiguration(url: url)
    configure(&configuration)
    let client = PostgresClient(configuration: configuration, logger: quietLogger)
    try await client.start()
    do {
        let value = try await body(client)
        await client.shutdown()
        return value
    } catch {
        await client.shutdown()
        throw error
    }
}

/// A client on a new database of the shared cluster.
func withFreshClient<T>(
    _ configure: (inout PostgresConfiguration) -> Void = { _ in }, _ body: (PostgresClient) async throws -> T
) async throws -> T {
    try await withClient(try await ThrowawayPostgres.shared().freshDatabase(), configure, body)
}

/// The error that `body` throws, or nil.
func failure(of body: () async throws -> Void) async -> PostgresError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}

/// Waits until a condition holds; the test's time limit bounds it.
func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
}
