public import EventLog
public import Loyalty
public import Postgres

/// All read models there are.
public struct ProjectionCatalogue: Sendable {
    /// The read model that the append itself writes.
    public let account: AccountProjection
    private let followers: [any ReportFollowing & Compared]

    /// Those that follow the log.
    public var reports: [any ReportFollowing] { followers }
    /// All of them, as they are compared with the log.
    var compared: [any Compared] { [account] + followers }
    /// Every one, `account` first.
    public var all: [any Projection] { [account] + reports }

    /// - Parameter zone: days are days here.
    public init(client: PostgresClient, log: EventLog, zone: ZoneRules, workers: Int = 2) {
        self.init(client: client, log: log, zone: zone, workers: workers, bounds: FoldBounds())
    }

    init(client: PostgresClient, log: EventLog, zone: ZoneRules, workers: Int, bounds: FoldBounds) {
        account = AccountProjection(client: client, log: log, workers: workers, bounds: bounds)
        func report<Fold: ReportFold>(_ fold: Fold) -> any ReportFollowing & Compared {
            ReportProjection(fold, client: client, log: log, workers: workers, bounds: bounds)
        }
        followers = [
            report(LiabilityFold()), report(TiersFold(zone: zone)), report(DailyFold(zone: zone)),
            report(ActivityFold(zone: zone)), report(SettlementFold(zone: zone)),
        ]
    }

    /// The read model of that name.
    public func named(_ name: String) -> (any Projection)? { all.first { $0.name == name } }

    /// The names of all, in order.
    public var names: [String] { all.map(\.name) }
}
