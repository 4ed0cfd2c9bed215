import Foundation
import Testing

extension Acceptance {
    @Suite struct Observability {
        /// A server on which something has happened, and its figures.
        private func withFigures(_ body: (RunningTreue, Place, String) async throws -> Void) async throws {
            let place = try Place(variables: ["TREUE_LOG_LEVEL": "debug"])
            let server = try await place.serve()
            _ = try await server.enrol("ada")
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            let sale = Array(Sale(id: "s-1", member: "ada").json.utf8)
            let headers = ["Content-Type": "application/json", "traceparent": trace, "X-Request-Id": "till-7"]
            #expect(try await server.send("POST", "/v1/events", headers: headers, body: sale).status == 201)
            _ = try await server.post("/v1/webhook_endpoints", #"{"url": "https://shop.example/treue"}"#)
            try await onThread {
                try waitUntil("the follower's figures") {
                    (try? server.client().send("GET", "/metrics"))?.text.contains("treue_follower_running") == true
                }
            }
            try await body(server, place, try await server.get("/metrics").text)
            try await server.stop()
        }

        @Test("every figure that the alert rules and the dashboard ask for is there")
        func names() async throws {
            try await withFigures { _, _, figures in
                for file in ["docker/prometheus/alerts.yaml", "docker/grafana/treue.json"] {
                    let text = try String(contentsOfFile: "\(Place.repository)/\(file)", encoding: .utf8)
                    let names = Set(text.matches(of: /treue_[a-z_]+/).map { String($0.output) })
                    #expect(names.count > 5)
                    for name in names { #expect(figures.contains(name), "\(file): \(name)") }
                }
                #expect(figures.contains("treue_database_up 1\n"))
                // The member, the purchase and its points; the administrator's key and endpoint.
                #expect(figures.contains("treue_log_events 5\n"))
            }
        }

        @Test(
            "promtool finds no fault with the figures and the rules",
            .enabled(if: access("/usr/bin/promtool", X_OK) == 0 || access("/usr/local/bin/promtool", X_OK) == 0))
        func promtool() async throws {
            let tool = access("/usr/bin/promtool", X_OK) == 0 ? "/usr/bin/promtool" : "/usr/local/bin/promtool"
            try await withFigures { _, place, figures in
                let file = try place.file("figures", figures)
                let rules = "\(Place.repository)/docker/prometheus/alerts.yaml"
                for (arguments, input) in [(["check", "metrics"], file), (["check", "rules", rules], nil)] {
                    let process = try Spawned(
                        tool, arguments, environment: place.environment, input: input, files: place.path("promtool"))
                    let ending = try await onThread { try process.wait() }
                    #expect(ending == .exited(0), "\(process.output) \(process.errors)")
                }
            }
        }

        @Test("a request's line in the log has its id and its trace, and nothing of whom it was about")
        func logLines() async throws {
            try await withFigures { server, _, _ in
                let lines = server.process.errors.split(separator: "\n")
                let line = try #require(lines.first { $0.contains("till-7") })
                let value = try JSON(Array(line.utf8))
                #expect(value["request_id"] == "till-7")
                #expect(value["trace_id"] == "0af7651916cd43dd8448eb211c80319c")
                #expect(value["route"] == "/v1/events" && value["status"] == "201")
                #expect(!server.process.errors.contains("\"ada\"") && !server.process.errors.contains(server.key))
            }
        }
    }
}
