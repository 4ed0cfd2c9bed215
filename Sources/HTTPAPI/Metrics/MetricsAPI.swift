public import Loyalty
public import LoyaltyService

/// What `/metrics` tells beside the requests that HTTP counts itself.
public protocol MetricsAPI: Sendable {
    func metrics(at now: Instant) async -> [MetricFamily]
}

extension String {
    /// The Prometheus text of families that have figures.
    mutating func append(_ families: [MetricFamily]) {
        for family in families where !family.samples.isEmpty {
            self.family(family.name, family.kind.rawValue, family.help)
            for sample in family.samples {
                self += family.name + sample.suffix
                if !sample.labels.isEmpty {
                    self += "{" + sample.labels.map { "\($0.name)=\"\($0.value.escapedLabel)\"" }.joined(separator: ",")
                    self += "}"
                }
                self += " \(sample.value.text)\n"
            }
        }
    }
}
