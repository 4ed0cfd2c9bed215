public import Loyalty
public import Projections

/// Which report is wanted.
public struct ReportRequest: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case liability, breakage, tiers, kpis, segments, settlement

        /// Other tables that the report has.
        public var views: [String] {
            switch self {
            case .liability: ["movements", "open", "cohorts"]
            case .tiers: ["population", "movements"]
            case .breakage, .kpis, .segments, .settlement: []
            }
        }
    }

    public var kind: Kind
    public var unit: ReportPeriod.Unit
    /// nil: twelve months, or thirty days, up to ``to``.
    public var from: CivilDate?
    /// nil: today in the programme's time zone.
    public var to: CivilDate?
    /// nil: the first of ``Kind/views``.
    public var view: String?

    public init(kind: Kind, unit: ReportPeriod.Unit, from: CivilDate?, to: CivilDate?, view: String?) {
        (self.kind, self.unit, self.from, self.to, self.view) = (kind, unit, from, to, view)
    }
}

/// A report and the days that it is about.
public struct ReportAnswer: Sendable {
    public var period: ReportPeriod
    public var view: String?
    public var table: ReportTable

    public init(period: ReportPeriod, view: String?, table: ReportTable) {
        (self.period, self.view, self.table) = (period, view, table)
    }
}

extension LoyaltyService {
    /// A report, from figures that follow the log by a moment.
    public func report(_ request: ReportRequest, at now: Instant) async throws(ServiceError) -> ReportAnswer {
        let today = programmes.standard.zone.date(of: now)
        let period = try period(of: request, today: today)
        let reader = ReportReader(client: client, currency: programmes.standard.currencies.first?.code ?? "")
        let view = request.view ?? request.kind.views.first
        do {
            let table =
                switch (request.kind, view) {
                case (.liability, "open"): try await reader.openPoints(today: today)
                case (.liability, "cohorts"): try await reader.cohorts(period)
                case (.liability, _): try await reader.liability(period)
                case (.breakage, _): try await reader.breakage(period)
                case (.tiers, "movements"): try await reader.tierMoves(period)
                case (.tiers, _): try await reader.tiers(period, today: today)
                case (.kpis, _): try await reader.kpis(period)
                case (.segments, _): try await reader.segments(period)
                case (.settlement, _): try await reader.settlement(period, of: programmes.all)
                }
            return ReportAnswer(period: period, view: view, table: table)
        } catch {
            throw translated(error)
        }
    }

    private func period(of request: ReportRequest, today: CivilDate) throws(ServiceError) -> ReportPeriod {
        let to = request.to ?? today
        let from = request.from ?? (request.unit == .month ? to.adding(months: -11) : to.adding(days: -29))
        guard from <= to else {
            throw .reportPeriod("must not be later than `to`, which is \(to)")
        }
        let most = request.kind == .segments ? 60 : 1_100
        let days = to.daysSince1970 - from.daysSince1970
        let count = request.unit == .day ? days + 1 : days / 28 + 1
        guard count <= most else {
            throw .reportPeriod("must be so late that there are at most \(most) periods up to `to`, which is \(to)")
        }
        return ReportPeriod(unit: request.unit, from: from, to: to)
    }
}

extension ServiceError {
    fileprivate static func reportPeriod(_ detail: String) -> ServiceError {
        ServiceError(
            code: "validation_failed", status: 422, title: "The request is readable but wrong",
            detail: "/from \(detail).", faults: [Fault(pointer: "/from", detail: detail)])
    }
}
