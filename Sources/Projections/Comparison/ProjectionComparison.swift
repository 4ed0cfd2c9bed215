/// What a comparison of one read model with the log found.
public struct ProjectionComparison: Sendable {
    public var name: String
    public var events: Int64 = 0
    /// Members of `account`; figures of a report.
    public var rows: Int64 = 0
    public var count: Int64 = 0
    /// The first ones of ``count``, at most ``mostKept``.
    public var differences: [Difference] = []

    public static let mostKept = 1_000

    /// Nothing yet.
    public init(name: String) { self.name = name }

    /// One difference.
    public enum Difference: Sendable, CustomStringConvertible {
        case account(AccountDifference)
        case report(ReportDifference)

        public var description: String {
            switch self {
            case .account(let difference): difference.description
            case .report(let difference): difference.description
            }
        }
    }

    mutating func note(_ difference: Difference) {
        count += 1
        if differences.count < Self.mostKept { differences.append(difference) }
    }

    /// Takes in what was found in another partition.
    mutating func add(_ other: ProjectionComparison) {
        (events, rows, count) = (events + other.events, rows + other.rows, count + other.count)
        differences += other.differences.prefix(Self.mostKept - differences.count)
    }
}
