import EventLog
import Foundation
import Testing

@Suite("partitions")
struct PartitionTests {
    @Test(
        "a stream's partition never changes: these are part of the stored format",
        arguments: [
            ("00000000-0000-0000-0000-000000000000", 0), ("00000000-0000-0000-0000-000000000001", 37),
            ("0198c0de-0000-7000-8000-000000000001", 53), ("ffffffff-ffff-ffff-ffff-ffffffffffff", 32),
        ])
    func golden(_ id: String, _ partition: Int) throws {
        #expect(EventLog.partition(of: try #require(UUID(uuidString: id)), among: 64) == partition)
    }

    @Test("streams spread evenly, also when their ids only count up")
    func even() {
        var generator = SeededGenerator(state: 3)
        for makeID in [{ (_: UInt64) in generator.uuid() }, { Self.counted($0) }] {
            var counts = [Int](repeating: 0, count: 64)
            for number in 0..<UInt64(64_000) {
                counts[EventLog.partition(of: makeID(number), among: 64)] += 1
            }
            #expect(counts.allSatisfy { (850...1150).contains($0) })
        }
    }

    private static func counted(_ number: UInt64) -> UUID {
        var id: uuid_t = (1, 0x98, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &id) { bytes in
            withUnsafeBytes(of: number.bigEndian) { bytes[8...].copyBytes(from: $0) }
        }
        return UUID(uuid: id)
    }
}
