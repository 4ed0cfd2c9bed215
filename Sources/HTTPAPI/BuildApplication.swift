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
///   - tokens: checks members' tokens; nil where none is believed.
///   - clock: read once for each request.
///   - onServerRunning: called with the port once the server listens.
public func buildApplication(
    api: some LoyaltyAPI, configuration: HTTPConfiguration, tokens: MemberTokens? = nil, logger: Logger,
    clock: @escaping @Sendable () -> Instant,
    onServerRunning: @escaping @Sendable (_ port: Int?) async -> Void = { _ in }
) -> some ApplicationProtocol {
    Application(
        responder: buildResponder(api: api, configuration: configuration, tokens: tokens, clock: clock),
        server: configuration.server,
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port), serverName: "treue",
            backlog: configuration.backlog,
            availableConnectionsDelegate: MaximumAvailableConnections(configuration.connectionLimit, logger: logger)),
        onServerRunning: { await onServerRunning($0.localAddress?.port) },
        logger: logger)
}

extension HTTPConfiguration {
    fileprivate var server: HTTPServerBuilder {
        if let security { return security.server(channel, timeout: idleTimeout) }
        let channel = channel
        return HTTPServerBuilder { responder in
            OnEventLoop(base: HTTP1Channel(responder: responder, configuration: channel))
        }
    }

    private var idleTimeout: TimeAmount { .milliseconds(Int64(idleTimeoutSeconds * 1000)) }

    private var channel: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard(limits: connectionLimits)], idleTimeout: idleTimeout,
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: headerLimit, maxHeaderListSize: headerLimit,
                maxHeaderFieldCount: headerCountLimit))
    }

    private var connectionLimits: ConnectionGuard.Limits {
        ConnectionGuard.Limits(
            requestTimeout: .milliseconds(Int64(requestTimeoutSeconds * 1000)), largestBody: batchLimit)
    }
}

func buildResponder(
    api: some LoyaltyAPI, configuration: HTTPConfiguration, tokens: MemberTokens? = nil,
    clock: @escaping @Sendable () -> Instant
) -> Front<RouterResponder<APIContext>> {
    let metrics = HTTPMetrics()
    let router = buildRouter(api: api, configuration: configuration, tokens: tokens, metrics: metrics)
    let methods = MethodTable(of: router.routes)
    return Front(
        inner: router.buildResponder(), methods: methods, metrics: metrics, clock: clock,
        crossOrigin: CrossOrigin(origins: configuration.crossOrigins), isSecure: configuration.security != nil)
}

/// Every route there is; `schema/openapi.yaml` describes each.
func buildRouter(
    api: some LoyaltyAPI, configuration: HTTPConfiguration, tokens: MemberTokens? = nil, metrics: HTTPMetrics
) -> Router<APIContext> {
    let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
    HealthRoutes(api: api, metrics: metrics).add(to: router)
    ReferenceRoutes().add(to: router)
    ConnectorRoutes(api: api, configuration: configuration).add(to: router)
    let authenticator = CallerAuthenticator(
        api: api, tokens: tokens, limiter: configuration.limiter,
        gate: RequestGate(limit: configuration.requestLimit))
    let secured = SecuredRoutes("v1", of: router, authenticator: authenticator)
    EventRoutes(api: api, configuration: configuration).add(to: secured)
    MemberRoutes(api: api, configuration: configuration).add(to: secured)
    WebhookRoutes(api: api, configuration: configuration).add(to: secured)
    ProjectionRoutes(api: api).add(to: secured)
    OperationRoutes(api: api).add(to: secured)
    LogRoutes(api: api).add(to: secured)
    ReportRoutes(api: api).add(to: secured)
    PersonRoutes(api: api, configuration: configuration).add(to: secured)
    RedemptionRoutes(api: api, configuration: configuration).add(to: secured)
    ActRoutes(api: api, configuration: configuration).add(to: secured)
    HouseholdRoutes(api: api, configuration: configuration).add(to: secured)
    ProgrammeRoutes(api: api, configuration: configuration).add(to: secured)
    SimulationRoutes(api: api).add(to: secured)
    KeyRoutes(api: api, configuration: configuration).add(to: secured)
    AuditRoutes(api: api).add(to: secured)
    return router
}

extension HTTPConfiguration {
    fileprivate var limiter: RateLimiter? {
        ratePerSecond.map { RateLimiter(perSecond: $0, burst: rateBurst ?? $0) }
    }
}
