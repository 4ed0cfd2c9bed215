import Foundation
import Testing

@testable import Wire

/// The members that recorded events of each type can have, kept beside the fixtures. A fixture shows one event; a shape shows
/// every member that any event of its type and version ever had, so that a new optional member cannot slip in unseen.
///
/// When this test fails, the shape of recorded events has changed: raise the schema version of the type, add an upcaster and
/// a fixture, and write the new version's shape with `TREUE_WRITE_SHAPES=1 swift test --filter ShapeTests`. The shape of a
/// version that was released never changes.
@Suite("The recorded shapes of each version are those that were kept")
struct ShapeTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures").appending(path: "Shapes")
    private static let isWriting = ProcessInfo.processInfo.environment["TREUE_WRITE_SHAPES"] == "1"

    /// Lines such as `/lines/[]/sku string`, of many random events of every type.
    private static let shapes: [String: Set<String>] = {
        var random = Seeded(20_261_124)
        var shapes: [String: Set<String>] = [:]
        for _ in 0..<20_000 {
            let written = EventCodec.encode(random.event())
            guard let value = try? JSONReader.read(written.data), case .integer(let version)? = value["v"] else {
                continue
            }
            // A state within an event has a version of its own.
            collect(value, at: "", into: &shapes["\(written.type).v\(version)", default: []])
        }
        return shapes
    }()

    private static func collect(_ value: JSONValue, at path: String, into lines: inout Set<String>) {
        switch value {
        case .null: lines.insert("\(path) null")
        case .bool: lines.insert("\(path) boolean")
        case .integer, .number: lines.insert("\(path) number")
        case .string: lines.insert("\(path) string")
        case .array(let elements):
            lines.insert("\(path) array")
            for element in elements { collect(element, at: "\(path)/[]", into: &lines) }
        case .object(let members):
            if !path.isEmpty { lines.insert("\(path) object") }
            // The names in `gifts` are those of rules.
            let isMap = path.hasSuffix("/gifts")
            for member in members { collect(member.value, at: "\(path)/\(isMap ? "*" : member.name)", into: &lines) }
        }
    }

    @Test("every type of event has one", arguments: RecordedType.allCases)
    func complete(type: RecordedType) {
        #expect(Self.shapes.keys.contains { $0.hasPrefix("\(type.rawValue).v") })
    }

    @Test("no member has come, gone or changed its kind", arguments: shapes.keys.sorted())
    func unchanged(name: String) throws {
        let lines = (Self.shapes[name] ?? []).sorted()
        let file = Self.folder.appending(path: "\(name).txt")
        if Self.isWriting, !FileManager.default.fileExists(atPath: file.path) {
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        }
        let kept = try #require(
            try? String(contentsOf: file, encoding: .utf8), "a new version needs a shape: see this test's comment")
        let before = Set(kept.split(separator: "\n").map(String.init))
        #expect(Set(lines).subtracting(before).sorted() == [], "members that are new: raise the schema version")
        #expect(before.subtracting(lines).sorted() == [], "members that are gone: raise the schema version")
    }

    @Test("every version that ever was has fixtures, and they are still read")
    func old() throws {
        let fixtures = Self.folder.deletingLastPathComponent()
        let files = try FileManager.default.contentsOfDirectory(atPath: fixtures.path)
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder.path) where name.hasSuffix(".txt") {
            let parts = name.dropLast(4).components(separatedBy: ".v")
            let type = try #require(RecordedType(rawValue: parts[0]), "\(name)")
            let old = files.filter { $0.hasPrefix(type.rawValue) && $0.hasSuffix(".v\(parts[1]).json") }
            #expect(!old.isEmpty, "\(name)")
            for file in old {
                let bytes = Array(try Data(contentsOf: fixtures.appending(path: file)))
                #expect(throws: Never.self, "\(file)") {
                    _ = try EventCodec.decode(type: type.rawValue, data: Array(bytes.prefix { $0 != 0x0A }))
                }
            }
        }
    }
}
