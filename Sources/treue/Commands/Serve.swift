import ArgumentParser
public import HTTPAPI
import Hummingbird
import Logging
import Loyalty
public import LoyaltyService
import NIOCore
import ServiceLifecycle
import UnixSignals

extension LoyaltyService: LoyaltyAPI {}

/// `treue serve`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer HTTP requests until SIGTERM or Ctrl-C.",
        discussion: "A stop finishes what was taken: nothing that a client was told is lost, no answer is cut off.")

    @OptionGroup var options: SettingsOptions
    @OptionGroup var locks: LockOptions

    @Option(help: "Address to listen on (TREUE_HTTP_HOST).")
    var host: String?

    @Option(help: "Port to listen on, 0 for any free one (TREUE_HTTP_PORT).")
    var port: Int?

    func run() async throws {
        // Half of the processors answer requests: the others decide, follow the log and, where it runs here, are PostgreSQL's.
        NIOSingletons.groupLoopCountSuggestion = max(1, System.coreCount / 2)
        let locks = try LockSettings(locks, options.settings())
        try await Installation.use(options) { installation in
            try await installation.bringAccountsUp()
            let service = installation.service(isFollowed: true)
            var configuration = HTTPConfiguration(
                host: host ?? installation.settings.host, port: port ?? installation.settings.port)
            configuration.connectors = installation.settings.connectors
            configuration.host = configuration.host.isEmpty ? "127.0.0.1" : configuration.host
            let logger = installation.logger
            let address = configuration.host
            locks.apply(to: &configuration)
            let scheme = configuration.security == nil ? "http" : "https"
            var tokens: MemberTokens?
            if let wanted = locks.tokens {
                tokens = try await MemberTokens.open(wanted, logger: logger, at: SystemClock.now())
            }
            let keeper = TokenKeeper(tokens: tokens)
            let application = buildApplication(
                api: service, configuration: configuration, tokens: tokens, logger: logger, clock: SystemClock.now
            ) { port in
                logger.notice(
                    "listening",
                    metadata: [
                        "url": "\(scheme)://\(address):\(port ?? 0)",
                        "programme": "\(installation.programmes.standard.id)",
                    ])
            }
            // The last one listed stops first: no request is taken any more when the recorder is told to finish.
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [
                        .init(service: keeper), .init(service: Recorder(service: service)),
                        .init(service: OperationDesk(service: service)), .init(service: ReportDesk(service: service)),
                    ] + BackgroundWork(installation, service).services.map { .init(service: $0) }
                        + [.init(service: application)],
                    gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
            try await group.run()
            logger.notice("stopped")
        }
    }
}

/// Lets go of the connections to the issuer of members' tokens when the server stops.
private struct TokenKeeper: Service {
    let tokens: MemberTokens?

    func run() async throws {
        try? await gracefulShutdown()
        await tokens?.close()
    }
}

/// The recording half of the service, as something that a service group can run and stop.
private struct Recorder: Service {
    let service: LoyaltyService

    func run() async throws {
        await withGracefulShutdownHandler {
            await service.run()
        } onGracefulShutdown: {
            service.shutdown()
        }
    }
}

/// Long work that administrators ask for.
private struct OperationDesk: Service {
    let service: LoyaltyService

    func run() async throws {
        await withGracefulShutdownHandler {
            await service.operations.run()
        } onGracefulShutdown: {
            service.operations.shutdown()
        }
    }
}

/// Keeps the reports up with the log.
private struct ReportDesk: Service {
    let service: LoyaltyService

    func run() async throws {
        await cancelWhenGracefulShutdown { await service.followReports() }
    }
}
