public import Hummingbird
import HummingbirdCore
public import Logging
public import Loyalty
import NIOCore

/// The HTTP server, ready to be run in a `ServiceGroup`: when that shuts down gracefully, the server stops accepting,
/// answers what it took, and closes.
///
/// - Parameters:
///   - api: what the routes call.
///   - clock: read once for each request.
///   - onServerRunning: called with the port once the server listens.
public func buildApplication(
    api: some LoyaltyAPI, configuration: HTTPConfiguration, logger: Logger,
    clock: @escaping @Sendable () -> Instant,
    onServerRunning: @escaping @Sendable (_ port: Int?) async -> Void = { _ in }
) -> some ApplicationProtocol {
    Application(
        responder: buildResponder(api: api, configuration: configuration, clock: clock),
        server: .http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ConnectionGuard(limits: configuration.connectionLimits)],
                idleTimeout: .milliseconds(Int64(configuration.idleTimeoutSeconds * 1000)),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: configuration.headerLimit, maxHeaderListSize: configuration.headerLimit,
                    maxHeaderFieldCount: configuration.headerCountLimit))),
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port), serverName: "treue",
            backlog: configuration.backlog,
            availableConnectionsDelegate: MaximumAvailableConnections(configuration.connectionLimit, logger: logger)),
        onServerRunning: { await onServerRunning($0.localAddress?.port) },
        logger: logger)
}

extension HTTPConfiguration {
    fileprivate var connectionLimits: ConnectionGuard.Limits {
        ConnectionGuard.Limits(
            requestTimeout: .milliseconds(Int64(requestTimeoutSeconds * 1000)), largestBody: batchLimit)
    }
}

func buildResponder(
    api: some LoyaltyAPI, configuration: HTTPConfiguration, clock: @escaping @Sendable () -> Instant
) -> Front<RouterResponder<APIContext>> {
    let metrics = HTTPMetrics()
    let router = buildRouter(api: api, configuration: configuration, metrics: metrics)
    let methods = MethodTable(of: router.routes)
    return Front(inner: router.buildResponder(), methods: methods, metrics: metrics, clock: clock)
}

/// Every route there is; `schema/openapi.yaml` describes each.
func buildRouter(
    api: some LoyaltyAPI, configuration: HTTPConfiguration, metrics: HTTPMetrics
) -> Router<APIContext> {
    let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
    HealthRoutes(api: api, metrics: metrics).add(to: router)
    ReferenceRoutes().add(to: router)
    ConnectorRoutes(api: api, configuration: configuration).add(to: router)
    let secured = SecuredRoutes("v1", of: router, api: api)
    EventRoutes(api: api, configuration: configuration).add(to: secured)
    MemberRoutes(api: api, configuration: configuration).add(to: secured)
    WebhookRoutes(api: api, configuration: configuration).add(to: secured)
    ProjectionRoutes(api: api).add(to: secured)
    OperationRoutes(api: api).add(to: secured)
    LogRoutes(api: api).add(to: secured)
    ReportRoutes(api: api).add(to: secured)
    PersonRoutes(api: api, configuration: configuration).add(to: secured)
    return router
}
