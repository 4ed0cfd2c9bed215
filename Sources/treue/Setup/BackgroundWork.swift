import EventLog
import Loyalty
import LoyaltyService
import Projections
import ServiceLifecycle
import Webhooks

/// What a server does beside answering requests.
struct BackgroundWork {
    /// Work that runs until it is told to stop.
    struct Worker: Service {
        var work: @Sendable () async -> Void
        var stop: @Sendable () -> Void

        func run() async throws {
            await withGracefulShutdownHandler(operation: work, onGracefulShutdown: stop)
        }
    }

    let services: [Worker]

    init(_ installation: Installation, _ service: LoyaltyService) {
        let (client, log, logger) = (installation.client, installation.log, installation.logger)
        let configuration = installation.webhooks
        let consumer = WebhookConsumer(log: log, configuration: configuration, clock: SystemClock.now)
        let follower = LogFollower(
            consumer, client: client, log: log, window: service.window, logger: logger,
            clock: { SystemClock.now().micros })
        let referrals = LogFollower(
            ReferralConsumer(programmes: service.programmes, clock: SystemClock.now), client: client, log: log,
            window: service.window, logger: logger, clock: { SystemClock.now().micros })
        let snapshots = LogFollower(
            SnapshotConsumer(log: log), client: client, log: log, window: service.window, logger: logger,
            clock: { SystemClock.now().micros })
        let dispatcher = WebhookDispatcher(
            client: client, keys: installation.keys, transport: HTTPWebhookTransport(configuration: configuration),
            configuration: configuration, logger: logger, clock: SystemClock.now)
        let dates = WebhookDates(service: service, clock: SystemClock.now)
        services = [
            Worker(work: follower.run, stop: follower.shutdown),
            Worker(work: referrals.run, stop: referrals.shutdown),
            Worker(work: snapshots.run, stop: snapshots.shutdown),
            Worker(work: dispatcher.run, stop: dispatcher.shutdown),
            Worker(work: dates.run, stop: dates.shutdown),
        ]
    }
}
