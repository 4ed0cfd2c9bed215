import EventLog
import Foundation
import Testing

@testable import Projections

@Suite("what a report holds between two pages")
struct ReportDeskTests {
    private typealias Desk = ReportDesk<Int>
    private let ann = UUID()

    private func memo(_ desk: Desk, after position: Int64) -> Int? { desk.take(3, after: position).held[ann]?.memo }

    /// Takes in a page of partition 3 up to a position, which makes Ann's memo another one.
    private func page(_ desk: Desk, after position: Int64, upTo end: Int64, ann memo: Int) {
        var share = desk.take(3, after: position)
        share.fold(of: ann) { held, _ in held = memo }
        share.end = end
        desk.put(share, of: 3)
    }

    /// Ann's memo is 7 where partition 3 is folded up to 10.
    private func filled() throws -> Desk {
        let desk = Desk(partitions: 8)
        try desk.begin(1)
        #expect(memo(desk, after: 0) == nil)
        page(desk, after: 0, upTo: 10, ann: 7)
        desk.settle()
        return desk
    }

    @Test("holds where the next page begins where the last one ended, and only there")
    func position() throws {
        #expect(try memo(filled(), after: 10) == 7)
        // The transaction of the page was rolled back, or another server went on.
        #expect(try memo(filled(), after: 0) == nil)
        #expect(try memo(filled(), after: 25) == nil)
        #expect(try filled().take(4, after: 10).held.isEmpty)
    }

    @Test("is gone when a page that has taken it does not bring it back")
    func failure() throws {
        let desk = try filled()
        #expect(memo(desk, after: 10) == 7)
        #expect(memo(desk, after: 10) == nil)
    }

    @Test("what several pages have changed is written once, and only where it is another than the rows say")
    func written() throws {
        let desk = try filled()
        #expect(desk.unwritten.isEmpty)
        page(desk, after: 10, upTo: 20, ann: 8)
        page(desk, after: 20, upTo: 30, ann: 9)
        #expect(desk.unwritten.mapValues(\.changed) == [3: [ann: 9]])
        page(desk, after: 30, upTo: 40, ann: 7)
        #expect(desk.unwritten.mapValues(\.changed) == [3: [:]])
        desk.settle()
        #expect(desk.unwritten.isEmpty && memo(desk, after: 40) == 7)
    }

    @Test("what is forgotten before it is written is read again from the rows")
    func forgotten() throws {
        let desk = try filled()
        page(desk, after: 10, upTo: 20, ann: 8)
        desk.forget()
        #expect(desk.unwritten.isEmpty && memo(desk, after: 20) == nil && memo(desk, after: 10) == nil)
        let written = try filled()
        written.forget()
        #expect(memo(written, after: 10) == 7)
    }

    @Test("is nothing for the rows of another generation, and says so where something was not written")
    func generation() throws {
        let desk = try filled()
        try desk.begin(2)
        #expect(memo(desk, after: 10) == nil)
        page(desk, after: 0, upTo: 5, ann: 1)
        #expect(throws: CheckpointMoved.self) { try desk.begin(3) }
        try desk.begin(3)
        #expect(desk.unwritten.isEmpty)
    }

    @Test("does not grow without end; those whom the last pages touched are kept")
    func bounded() throws {
        let desk = try filled()
        let ben = UUID()
        var share = desk.take(3, after: 10)
        for _ in 0..<5_000 { share.held[UUID()] = .init(memo: 1, start: 4) }
        share.held[ben] = .init(memo: 8, start: 10)
        share.end = 20
        desk.put(share, of: 3)
        #expect(desk.take(3, after: 20).held.mapValues(\.memo) == [ben: 8])
    }
}
