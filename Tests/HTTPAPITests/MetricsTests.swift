import HTTPTypes
import Testing

@testable import HTTPAPI

@Suite("/metrics")
struct MetricsTests {
    @Test("requests are counted by route and status, and unknown paths as one route")
    func counts() async throws {
        try await Harness().run { caller in
            _ = try await caller.post(Samples.purchase())
            _ = try await caller.post(Samples.purchase())
            for path in ["/a", "/b", "/v1/events"] { _ = try await caller.call(.get, path) }
            let reply = try await caller.call(.get, "/metrics", key: nil)
            #expect(reply.status == 200)
            #expect(reply.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            let lines = reply.text.split(separator: "\n").map(String.init)
            let name = "treue_http_requests_total"
            #expect(lines.contains(#"\#(name){method="POST",route="/v1/events",status="201"} 1"#))
            #expect(lines.contains(#"\#(name){method="POST",route="/v1/events",status="200"} 1"#))
            #expect(lines.contains(#"\#(name){method="GET",route="none",status="404"} 2"#))
            #expect(lines.contains(#"\#(name){method="GET",route="none",status="405"} 1"#))
            #expect(lines.contains("treue_http_requests_in_flight 1"))
            #expect(lines.contains(#"treue_follower_lag_seconds{follower="web\"hooks"} 1.5"#))
            #expect(lines.contains { $0.hasPrefix("process_resident_memory_bytes ") })
            #expect(lines.contains { $0.hasPrefix("process_start_time_seconds ") })
        }
    }

    @Test("a histogram is cumulative and ends with everything")
    func histogram() {
        let metrics = HTTPMetrics()
        for micros in [400, 700, 700, 20_000_000] as [Int64] {
            metrics.begin()
            metrics.end(method: .get, route: "/v1/x", status: .ok, elapsed: .microseconds(micros))
        }
        let lines = metrics.exposition().split(separator: "\n").map(String.init)
        let labels = #"method="GET",route="/v1/x",status="200""#
        let name = "treue_http_request_duration_seconds"
        #expect(lines.contains("\(name)_bucket{\(labels),le=\"0.0005\"} 1"))
        #expect(lines.contains("\(name)_bucket{\(labels),le=\"0.001\"} 3"))
        #expect(lines.contains("\(name)_bucket{\(labels),le=\"10\"} 3"))
        #expect(lines.contains("\(name)_bucket{\(labels),le=\"+Inf\"} 4"))
        #expect(lines.contains("\(name)_count{\(labels)} 4"))
        #expect(lines.contains("\(name)_sum{\(labels)} 20.0018"))
        #expect(lines.contains("treue_http_requests_in_flight 0"))
    }

    @Test("methods that no route has are counted as one")
    func boundedMethods() throws {
        let metrics = HTTPMetrics()
        for name in ["BREW", "POUR"] {
            let method = try #require(HTTPRequest.Method(name))
            metrics.end(method: method, route: nil, status: .notFound, elapsed: .zero)
        }
        #expect(metrics.snapshot().series.map(\.0) == [.init(method: "other", route: "none", status: 404)])
    }
}
