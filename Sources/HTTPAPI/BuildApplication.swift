import HTTPTypes
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
    let notes = RequestNotes(metrics: HTTPMetrics(), logger: logger)
    let admission = Admission(configuration)
    let desk = ExpressDesk(
        api: api, admission: admission, notes: notes,
        answers: ExpressAnswers(fields: configuration.standingFields, clock: clock), clock: clock)
    let express: [any ExpressRoute] = [EventExpress(desk: desk), BalanceExpress(desk: desk)]
    return Application(
        responder: buildResponder(
            api: api, configuration: configuration, tokens: tokens, admission: admission, notes: notes, clock: clock),
        server: configuration.server(express: express),
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port), serverName: HTTPConfiguration.serverName,
            backlog: configuration.backlog,
            availableConnectionsDelegate: MaximumAvailableConnections(configuration.connectionLimit, logger: logger)),
        onServerRunning: { await onServerRunning($0.localAddress?.port) },
        logger: logger)
}

extension HTTPConfiguration {
    fileprivate static var serverName: String { "treue" }

    /// Plain HTTP has an express; connections under TLS, which may speak HTTP/2, do without.
    fileprivate func server(express routes: [any ExpressRoute]) -> HTTPServerBuilder {
        if let security { return security.server(channel, timeout: idleTimeout) }
        let channel = channel
        let limits = ExpressHandler.Limits(idleTimeout: idleTimeout, largestBody: min(eventLimit, Request.quickBody))
        return HTTPServerBuilder { responder in
            OnEventLoop(
                base: ExpressChannel(routes: routes, limits: limits, configuration: channel, responder: responder))
        }
    }

    /// What stands in every answer of the API to a program.
    fileprivate var standingFields: HTTPFields {
        var fields = SafetyFields.api
        fields[.server] = Self.serverName
        if CrossOrigin(origins: crossOrigins)?.variesByOrigin == true { fields[.vary] = "Origin" }
        return fields
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
    api: some LoyaltyAPI, configuration: HTTPConfiguration, tokens: MemberTokens?, admission: Admission,
    notes: RequestNotes, clock: @escaping @Sendable () -> Instant
) -> Front<RouterResponder<APIContext>> {
    let router = buildRouter(
        api: api, configuration: configuration, tokens: tokens, admission: admission, metrics: notes.metrics)
    let methods = MethodTable(of: router.routes)
    return Front(
        inner: router.buildResponder(), methods: methods, notes: notes, clock: clock,
        crossOrigin: CrossOrigin(origins: configuration.crossOrigins), isSecure: configuration.security != nil)
}

/// Every route there is; `schema/openapi.yaml` describes each.
func buildRouter(
    api: some LoyaltyAPI, configuration: HTTPConfiguration, tokens: MemberTokens? = nil, admission: Admission,
    metrics: HTTPMetrics
) -> Router<APIContext> {
    let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
    HealthRoutes(api: api, metrics: metrics).add(to: router)
    ReferenceRoutes().add(to: router)
    ConnectorRoutes(api: api, configuration: configuration).add(to: router)
    let authenticator = CallerAuthenticator(api: api, tokens: tokens, admission: admission)
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
