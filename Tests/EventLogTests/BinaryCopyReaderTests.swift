import EventLog
import Foundation
import Testing

@Suite("binary COPY")
struct BinaryCopyReaderTests {
    private static let header: [UInt8] = Array("PGCOPY\n".utf8) + [255, 13, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    private static let rows: [UInt8] =
        [0, 3] + [0, 0, 0, 4, 0, 0, 1, 2] + [255, 255, 255, 255] + [0, 0, 0, 2, 72, 105]
        + [0, 1] + [0, 0, 0, 0]
    private static let end: [UInt8] = [255, 255]

    @Test("rows come out whole, however the bytes are cut", arguments: [1, 2, 3, 7, 1000])
    func cut(size: Int) throws {
        let bytes = Self.header + Self.rows + Self.end
        var reader = BinaryCopyReader()
        var rows: [CopiedRow] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            reader.feed(bytes[start..<min(start + size, bytes.count)])
            while let row = try reader.next() {
                rows.append(row)
            }
        }
        #expect(reader.isFinished)
        #expect(rows.map(\.count) == [3, 1])
        #expect(try rows[0].int4(0) == 258)
        #expect(rows[0].isNull(1) && rows[0].optionalBytes(1) == nil)
        #expect(try rows[0].text(2) == "Hi")
        #expect(try rows[1].bytes(0).isEmpty)
        #expect(throws: EventLogError.self) { try rows[0].int8(0) }
        #expect(throws: EventLogError.self) { try rows[0].bytes(1) }
        #expect(throws: EventLogError.self) { try rows[1].uuid(5) }
    }

    @Test("without its end mark a COPY is not finished")
    func cutOff() throws {
        var reader = BinaryCopyReader()
        reader.feed(Self.header + Self.rows)
        while try reader.next() != nil {}
        #expect(!reader.isFinished)
    }

    @Test("other bytes are an error")
    func nonsense() {
        var reader = BinaryCopyReader()
        reader.feed([UInt8](repeating: 65, count: 40))
        #expect(throws: EventLogError.self) { try reader.next() }
        var negative = BinaryCopyReader()
        negative.feed(Self.header + [0, 1, 200, 0, 0, 0])
        #expect(throws: EventLogError.self) { try negative.next() }
    }
}
