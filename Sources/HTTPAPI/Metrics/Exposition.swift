extension HTTPMetrics {
    /// The Prometheus text format, version 0.0.4.
    func exposition() -> String {
        let (inFlight, series) = snapshot()
        var text = ""
        text.family("treue_http_requests_total", "counter", "Requests answered.")
        for (series, counts) in series {
            text += "treue_http_requests_total{\(series.labels)} \(counts.requests)\n"
        }
        text.family("treue_http_request_duration_seconds", "histogram", "From a request's head to its answer.")
        for (series, counts) in series { text.histogram(counts, series.labels) }
        text.family("treue_http_requests_in_flight", "gauge", "Requests being answered, this one included.")
        text += "treue_http_requests_in_flight \(inFlight)\n"
        ProcessFigures.append(to: &text)
        return text
    }
}

extension HTTPMetrics.Series {
    fileprivate var labels: String { "method=\"\(method)\",route=\"\(route.escapedLabel)\",status=\"\(status)\"" }
}

extension String {
    mutating func family(_ name: String, _ type: String, _ help: String) {
        self += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    fileprivate mutating func histogram(_ counts: HTTPMetrics.Counts, _ labels: String) {
        let name = "treue_http_request_duration_seconds"
        var cumulative: UInt64 = 0
        for (bound, count) in zip(HTTPMetrics.bucketMicros, counts.buckets) {
            cumulative += count
            self += "\(name)_bucket{\(labels),le=\"\(seconds(bound))\"} \(cumulative)\n"
        }
        self += "\(name)_bucket{\(labels),le=\"+Inf\"} \(counts.requests)\n"
        self += "\(name)_sum{\(labels)} \(seconds(counts.totalMicros))\n"
        self += "\(name)_count{\(labels)} \(counts.requests)\n"
    }

    fileprivate func seconds(_ micros: Int64) -> String {
        let fraction = String(micros % 1_000_000)
        var digits = String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
        while digits.last == "0" { digits.removeLast() }
        return digits.isEmpty ? "\(micros / 1_000_000)" : "\(micros / 1_000_000).\(digits)"
    }

    /// A label value may hold anything but a bare backslash, quote or line feed.
    var escapedLabel: String {
        replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
