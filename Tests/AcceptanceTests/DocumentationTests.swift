import Foundation
import Testing

extension Acceptance {
    @Suite struct Documentation {
        /// Each page with something that its answers must say in the end.
        static let pages = [
            ("README.md", #""points":25"#), ("docs/checkout.md", #""change":25"#),
            ("docs/quickstart.md", #""available":25"#), ("docs/member-app.md", "304"),
            ("docs/shopify.md", #""available":25"#), ("docs/woocommerce.md", #""available":25"#),
        ]

        @Test("every example that calls the server runs as it stands", arguments: pages)
        func examples(page: String, answer: String) async throws {
            let place = try Place(
                variables: ["TREUE_SHOPIFY_SECRET": "shpss_example", "TREUE_WOOCOMMERCE_SECRET": "ck, ü example"])
            let server = try await place.serve()
            var examples = try Examples(of: page).examples[...]
            var output = ""
            // A page enrols the owner of the card in its first example, or takes for granted that they are a member.
            let enrolment = #"{"card": "6000123412341232"}"#
            if let first = examples.first, first.text.contains("-d '\(enrolment)'") {
                let run = try await ExampleRunner(place: place, server: server, member: "").run(first)
                #expect(run.code == 0, "\(page):\(first.line)\n\(run.output)\n\(run.errors)")
                output = run.output
                examples = examples.dropFirst()
            } else {
                _ = try await server.post("/v1/members", enrolment)
            }
            let member = try await server.get("/v1/members?card=6000123412341232").json["id"].text
            let runner = try ExampleRunner(place: place, server: server, member: member)
            for example in examples where runner.canRun(example) {
                let run = try await runner.run(example)
                #expect(run.code == 0, "\(page):\(example.line)\n\(run.output)\n\(run.errors)")
                output += run.output
            }
            #expect(output.contains(answer), "\(output)")
            try await server.stop()
        }

        @Test("what a page calls a file is one")
        func links() throws {
            for (page, _) in Self.pages {
                let text = try String(contentsOfFile: "\(Place.repository)/\(page)", encoding: .utf8)
                let folder = URL(filePath: "\(Place.repository)/\(page)").deletingLastPathComponent()
                for match in text.matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
                    let path = folder.appending(path: String(match.1)).path
                    #expect(FileManager.default.fileExists(atPath: path), "\(page): \(match.1)")
                }
            }
        }
    }
}

/// A fenced block of a page.
struct Example: Sendable {
    /// `sh`, `js`, `php`.
    var language: String
    var text: String
    /// Of its fence, from 1.
    var line: Int
}

/// The blocks of a page that call the server.
struct Examples {
    private(set) var examples: [Example] = []

    init(of page: String) throws {
        let text = try String(contentsOfFile: "\(Place.repository)/\(page)", encoding: .utf8)
        var open: Example?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if let block = open {
                if line == "```" {
                    // An ellipsis stands for what a reader has to fill in.
                    if block.text.contains("http://127.0.0.1:8080"), !block.text.contains("…") {
                        examples.append(block)
                    }
                    open = nil
                } else {
                    open?.text += line + "\n"
                }
            } else if line.hasPrefix("```") {
                open = Example(language: String(line.dropFirst(3)), text: "", line: index + 1)
            }
        }
    }
}

/// Runs examples against a server, each by the program it is written for.
struct ExampleRunner: Sendable {
    private let place: Place
    private let environment: [String: String]
    private let port: UInt16
    private static let event = #"{"specversion": "1.0", "type": "purchase.completed", "source": "/shops/batch", "id": "#

    init(place: Place, server: RunningTreue, member: String) throws {
        (self.place, port) = (place, server.port)
        // A refusal is a failure; a page need not say so in every line.
        let tools = place.path("tools")
        try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
        let curl = try place.file(
            "tools/curl", "#!/bin/bash\nexec \(Self.find("curl") ?? "curl") --fail-with-body \"$@\"\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: curl)
        var environment = place.environment
        environment["PATH"] = "\(tools):\(environment["PATH"] ?? "")"
        (environment["KEY"], environment["MEMBER"]) = (server.key, member)
        environment["TREUE_URL"] = "http://127.0.0.1:\(server.port)"
        for number in 1...2 {
            environment["EVENT_\(number)"] =
                Self.event + #""b-\#(number)", "data": {"member": {"id": "\#(member)"}, "order_id": "b-\#(number)", "#
                + #""currency": "USD", "lines": [{"sku": "cup", "quantity": 1, "unit_price": 900}]}}"#
        }
        self.environment = environment
    }

    private static func program(for language: String) -> String? {
        switch language {
        case "sh": find("bash")
        case "js": find("node")
        case "php": find("php")
        default: nil
        }
    }

    private static func find(_ name: String) -> String? {
        ["/usr/local/bin", "/usr/bin", "/bin"].map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Whether the program is there: JavaScript and PHP are tried only on machines that have them.
    func canRun(_ example: Example) -> Bool { Self.program(for: example.language) != nil }

    func run(_ example: Example) async throws -> Place.Finished {
        let text = example.text.replacingOccurrences(of: "127.0.0.1:8080", with: "127.0.0.1:\(port)")
        let names = ["js": "mjs"]
        let file = try place.file("example-\(example.line).\(names[example.language] ?? example.language)", text)
        let options = example.language == "sh" ? ["-euo", "pipefail"] : []
        guard let program = Self.program(for: example.language) else {
            throw TookTooLong(description: "no program for \(example.language)")
        }
        return try await onThread { [place, environment] in
            let process = try Spawned(
                program, options + [file], environment: environment, files: place.path("example-\(example.line)"))
            let code: Int32 = if case .exited(let code) = try process.wait() { code } else { -1 }
            return Place.Finished(code: code, output: process.output, errors: process.errors)
        }
    }
}
