import EventLog
import Foundation
import Postgres
import Testing

@Suite("an event that a follower cannot take")
struct FollowerFaultTests {
    /// A log with one event that is refused, between others of its partition, and plenty elsewhere.
    private func withRefusedEvent(
        _ body: (LogFixture, Recording, RecordedEvent, _ all: Int64) async throws -> Void
    ) async throws {
        try await LogFixture.following { fixture in
            let (handler, refused) = (Recording(), UUID())
            let partition = fixture.log.partition(of: refused)
            var neighbours: [UUID] = []
            while neighbours.count < 2 {
                let id = UUID()
                if fixture.log.partition(of: id) == partition { neighbours.append(id) }
            }
            _ = try await fixture.append(.some(9, to: neighbours[0]))
            _ = try await fixture.append(.some(1, to: refused))
            _ = try await fixture.append(.some(9, to: neighbours[1]))
            var all: Int64 = 19
            for _ in 0..<100 {
                let id = UUID()
                guard fixture.log.partition(of: id) != partition else { continue }
                _ = try await fixture.append(.some(1, to: id))
                all += 1
            }
            handler.refuse(refused)
            let event = try await fixture.log.events(of: refused, limit: 1, on: fixture.client)[0]
            try await body(fixture, handler, event, all)
        }
    }

    @Test("stops its partition of that follower alone, and is written down with its error")
    func stopsItsPartition() async throws {
        try await withRefusedEvent { fixture, handler, event, all in
            let neighbour = fixture.follower(Recording("neighbour"))
            try await fixture.running(fixture.follower(handler), neighbour) {
                try await fixture.until("the others were not read") {
                    let (own, others) = (try await fixture.seen(), try await fixture.seen(by: "neighbour"))
                    return own == all - 10 && others == all
                }
                // Written down in a transaction of its own, after the others.
                try await fixture.until("it was not written down") { try await fixture.status().state == .faulty }
                let status = try await fixture.status()
                #expect(status.stopped == 1)
                #expect(status.lagEvents == 10)
                #expect(status.lagMicros(at: LogFixture.now + 7) == 7)
            }
            let faults = try await FollowerStore(log: fixture.log).faults(of: "recording", on: fixture.client)
            let fault = try #require(faults.first)
            #expect(faults.count == 1)
            #expect((fault.partition, fault.position) == (event.partition, event.position))
            #expect(fault.stream == event.stream)
            #expect(fault.type == "points.accrued.1")
            #expect(fault.error == "not to my taste")
            #expect(fault.state == .stopped)
            #expect(handler.pages < 200, "a fault is found by halving, and not looked for again and again")
        }
    }

    @Test("is taken after a retry, when the handler has been mended; before that it stops again")
    func retry() async throws {
        try await withRefusedEvent { fixture, handler, event, all in
            let store = FollowerStore(log: fixture.log)
            func attempts() async throws -> Int? {
                try await store.faults(of: "recording", states: [.stopped], on: fixture.client).first?.attempts
            }
            try await fixture.running(fixture.follower(handler)) {
                try await fixture.until("it did not stop") { try await attempts() == 1 }
                #expect(try await store.retry("recording", partition: event.partition, on: fixture.client))
                try await fixture.until("it did not stop again") { try await attempts() == 2 }
                handler.refuse(nil)
                #expect(try await store.retry("recording", partition: event.partition, on: fixture.client))
                try await fixture.until("it did not go on") { try await fixture.seen() == all }
                try await fixture.until("the fault stayed open") {
                    try await store.faults(of: "recording", states: [.resolved], on: fixture.client).count == 1
                }
                let again = try await store.retry("recording", partition: event.partition, on: fixture.client)
                #expect(!again, "there is nothing left to retry")
            }
        }
    }

    @Test("can be skipped, with a reason; only the event that it stopped at")
    func skip() async throws {
        try await withRefusedEvent { fixture, handler, event, all in
            let store = FollowerStore(log: fixture.log)
            func skip(_ position: Int64) async throws -> Bool {
                try await store.skip(
                    "recording", partition: event.partition, position: position, reason: "a test's",
                    atMicros: LogFixture.now, on: fixture.client)
            }
            try await fixture.running(fixture.follower(handler)) {
                try await fixture.until("it did not stop") { try await fixture.status().state == .faulty }
                #expect(try await !skip(event.position + 1))
                #expect(try await skip(event.position))
                #expect(try await !skip(event.position))
                try await fixture.until("it did not go on") { try await fixture.seen() == all - 1 }
            }
            let fault = try #require(
                try await store.faults(of: "recording", states: [.skipped], on: fixture.client).first)
            #expect(fault.reason == "a test's")
        }
    }
}
