import Foundation
import Loyalty
import Testing
import Wire

@Suite("every programme of the repository, on the service")
struct ExampleTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "examples/programmes").path

    private static let files: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted()
    }()

    @Test("there are programmes")
    func some() { #expect(Self.files.count >= 18) }

    @Test("its examples come out as they say, through the log and the database", arguments: files)
    func examples(file: String) async throws {
        let text = try String(contentsOfFile: "\(Self.folder)/\(file)", encoding: .utf8)
        let document = try ProgrammeFile.document(text, name: file)
        try await Shop.with(programmes: [document.programme]) { shop async throws in
            for example in document.examples {
                try await ExampleCounter(shop, document.programme, example).run(file)
            }
        }
    }
}
