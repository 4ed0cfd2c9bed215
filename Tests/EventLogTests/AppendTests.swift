import EventLog
import Foundation
import Postgres
import Testing

@Suite("append")
struct AppendTests {
    @Test("a plan made when there was no account reads no more of them than it must when there are many")
    func planOfSmallTables() async throws {
        try await LogFixture.with { fixture in
            let streams = (0..<30).map { _ in UUID() }
            func batch(_ version: Int64) -> [StreamAppend] {
                streams.map { .some(1, to: $0, after: version, state: [UInt8(version)]) }
            }
            try await fixture.client.withLease { lease in
                func append(_ version: Int64) async throws {
                    let outcomes = try await fixture.log.append(batch(version), recordedAtMicros: 0, on: lease)
                    #expect(outcomes.allSatisfy { $0.isAppended })
                }
                try await lease.execute("ALTER TABLE treue.account SET (autovacuum_enabled = off)")
                try await lease.execute("ANALYZE treue.account")
                for version: Int64 in 0..<2 { try await append(version) }
                _ = try await lease.query(
                    """
                    INSERT INTO treue.account (partition, member_id, state, version, updated_at)
                    SELECT n % 8, gen_random_uuid(), '', 1, now() FROM generate_series(1, 20000) AS n
                    """)
                let before = try await fixture.rowsRead(of: "account", by: lease)
                try await append(2)
                #expect(try await fixture.rowsRead(of: "account", by: lease) - before < 1_000)
            }
        }
    }

    @Test("an append is read back as it was given, with dense versions and positions")
    func roundTrip() async throws {
        try await LogFixture.with { fixture in
            let (stream, other) = (UUID(), UUID())
            let first = StreamAppend.some(2, to: stream, key: [9], subject: [7], state: [1])
            let second = StreamAppend.some(3, to: stream, after: 2, state: [2])
            #expect(try await fixture.append(first, .some(1, to: other)).allSatisfy { $0.isAppended })
            let partition = fixture.log.partition(of: stream)
            let outcome = try await fixture.append(second)[0]
            guard case .appended(partition, _, version: 5) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            let events = try await fixture.log.events(of: stream, limit: 10, on: fixture.client)
            #expect(events.map(\.version) == [1, 2, 3, 4, 5])
            for (event, given) in zip(events, first.events + second.events) {
                #expect(event.type == given.type)
                #expect(event.data == given.data)
                #expect(event.metadata == given.metadata)
                #expect(event.key == given.key)
                #expect(event.contentHash == given.contentHash)
                #expect(event.subject == given.subject)
                #expect(event.occurredAtMicros == given.occurredAtMicros)
                #expect(event.recordedAtMicros == LogFixture.now)
                #expect(event.partition == partition && event.stream == stream && event.streamType == "member")
            }
            let newest = try await fixture.log.events(of: stream, before: .max, limit: 2, on: fixture.client)
            #expect(newest.map(\.version) == [5, 4])
            let subject = StreamSubject(stream: stream, subject: [7])
            let about = try await fixture.log.events(about: [subject], on: fixture.client)
            #expect(about[stream]?.map(\.version) == [1, 2])
            let byKey = try await fixture.log.events(byKeys: [[9], [8]], on: fixture.client)
            #expect(byKey.keys.sorted { $0[0] < $1[0] } == [[9]])
            let accounts = try await fixture.log.accounts(of: [stream, other], on: fixture.client)
            #expect(accounts == [AccountRow(member: stream, version: 5, state: [2])])
        }
    }

    @Test("a refused stream leaves its neighbours appended", arguments: 1...6)
    func neighbours(refused place: Int) async throws {
        try await LogFixture.with { fixture in
            let stream = UUID()
            _ = try await fixture.append(.some(1, to: stream, key: [1], subject: [5]))
            let bad: StreamAppend =
                switch place {
                case 1: .some(1, to: stream, after: 0)
                case 2: .some(1, to: stream, after: 2)
                case 3: .some(2, to: UUID(), key: [1])
                case 4: .some(2, to: stream, after: 1, subject: [5], isNew: true)
                case 5: .some(0, to: UUID())
                default:
                    StreamAppend(
                        stream: UUID(), streamType: "member", expectedVersion: 0,
                        events: [NewEvent(type: "t", occurredAtMicros: 0, data: Array("{no json".utf8))])
                }
            var batch = (0..<20).map { _ in StreamAppend.some(2, to: UUID(), state: [1]) }
            batch.insert(bad, at: 10)
            let outcomes = try await fixture.log.append(batch, recordedAtMicros: LogFixture.now, on: fixture.client)
            for (index, outcome) in outcomes.enumerated() where index != 10 {
                #expect(outcome.isAppended)
            }
            switch (place, outcomes[10]) {
            case (1...2, .refused(.version(current: 1))): break
            case (3, .refused(.key([1], let by))): #expect(by.stream == stream && by.contentHash == [1, 2, 3])
            case (4, .refused(.subject(let event))): #expect(event.version == 1)
            case (5..., .refused(.invalid)): break
            default: Issue.record("\(outcomes[10])")
            }
            #expect(try await fixture.number("SELECT count(*) FROM treue.event") == 41)
            #expect(try await fixture.number("SELECT count(*) FROM treue.account") == 20)
            try await fixture.expectWhole()
        }
    }

    @Test("of one batch each is told once why it is refused, and the rest is taken")
    func refusedTogether() async throws {
        try await LogFixture.with { fixture in
            let (stream, other) = (UUID(), UUID())
            _ = try await fixture.append(.some(1, to: stream, key: [1], subject: [5]), .some(2, to: other, key: [2]))
            let outcomes = try await fixture.append(
                .some(1, to: UUID(), key: [3]), .some(2, to: stream, after: 1, subject: [5], isNew: true),
                .some(1, to: UUID(), key: [1]), .some(1, to: other, key: [2]), .some(1, to: UUID(), after: 1),
                .some(2, to: UUID(), key: [4], state: [1]))
            #expect(outcomes[0].isAppended && outcomes[5].isAppended)
            guard case .refused(.subject(let about)) = outcomes[1],
                case .refused(.key([1], let first)) = outcomes[2],
                // Its version is wrong, too: that it is a repeat says more.
                case .refused(.key([2], let repeated)) = outcomes[3]
            else {
                Issue.record("\(outcomes)")
                return
            }
            #expect(about.version == 1 && first.stream == stream && repeated.stream == other)
            #expect(outcomes[4] == .refused(.version(current: 0)))
            #expect(try await fixture.number("SELECT count(*) FROM treue.event") == 6)
            try await fixture.expectWhole()
        }
    }

    @Test("a stream that ends earlier than was thought gets no gap, whatever its account says")
    func aheadOfTheLog() async throws {
        try await LogFixture.with { fixture in
            let stream = UUID()
            _ = try await fixture.append(.some(1, to: stream, state: [1]), .some(1, to: UUID()))
            try await fixture.client.withLease { try await $0.execute("UPDATE treue.account SET version = 7") }
            let outcomes = try await fixture.append(.some(1, to: stream, after: 7, state: [2]), .some(1, to: UUID()))
            #expect(outcomes[0] == .refused(.version(current: 1)))
            #expect(outcomes[1].isAppended)
            try await fixture.expectWhole()
        }
    }

    @Test("a repeated key answers as a repeat even when the state was stale")
    func repeatBeforeVersion() async throws {
        try await LogFixture.with { fixture in
            let stream = UUID()
            _ = try await fixture.append(.some(2, to: stream, key: [1]))
            let outcome = try await fixture.append(.some(2, to: stream, after: 0, key: [1]))[0]
            guard case .refused(.key([1], let by)) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(by.partition == fixture.log.partition(of: stream) && by.version == 1 && by.position >= 1)
        }
    }

    @Test("a lone append is judged like one among many", arguments: [false, true])
    func alone(among neighbours: Bool) async throws {
        try await LogFixture.with { fixture in
            func append(_ one: StreamAppend) async throws -> AppendOutcome {
                let batch = neighbours ? [one, .some(1, to: UUID())] : [one]
                return try await fixture.log.append(batch, recordedAtMicros: 7, on: fixture.client)[0]
            }
            let stream = UUID()
            let sealed = SealedMember(dataKey: [1], profile: [2])
            let first = StreamAppend.some(
                2, to: stream, key: [1], subject: [5], isNew: true, state: [3], member: sealed)
            #expect(try await append(first).isAppended)
            let row = try await fixture.log.accounts(of: [stream], on: fixture.client)
            #expect(row == [AccountRow(member: stream, version: 2, state: [3])])
            let sealedRows = try await MemberVault(log: fixture.log).rows(of: [stream], on: fixture.client)
            #expect(sealedRows.map(\.sealed) == [sealed])
            #expect(try await append(.some(1, to: stream, after: 1)) == .refused(.version(current: 2)))
            #expect(try await append(.some(1, to: stream, after: 3)) == .refused(.version(current: 2)))
            #expect(try await append(.some(1, to: UUID(), after: 1)) == .refused(.version(current: 0)))
            let event = ExistingEvent(
                partition: fixture.log.partition(of: stream), position: 1, stream: stream, version: 1,
                contentHash: [1, 2, 3])
            #expect(try await append(.some(1, to: UUID(), key: [1])) == .refused(.key([1], by: event)))
            let sameOrder = StreamAppend.some(1, to: stream, after: 2, subject: [5], isNew: true)
            #expect(try await append(sameOrder) == .refused(.subject(event)))
            #expect(try await append(.some(1, to: stream, after: 2, subject: [5])).isAppended)
            try await fixture.expectWhole()
        }
    }

    @Test("a batch may name a stream and a key twice; the parts keep their order")
    func repeatsWithinABatch() async throws {
        try await LogFixture.with { fixture in
            let (stream, other) = (UUID(), UUID())
            let outcomes = try await fixture.append(
                .some(1, to: stream, key: [1]), .some(1, to: other, key: [1]), .some(2, to: stream, after: 1),
                .some(1, to: stream, after: 0))
            #expect(outcomes[0].isAppended && outcomes[2].isAppended)
            guard case .refused(.key([1], _)) = outcomes[1] else {
                Issue.record("\(outcomes[1])")
                return
            }
            #expect(outcomes[3] == .refused(.version(current: 3)))
            try await fixture.expectWhole()
        }
    }

    @Test("a member row is written with its append, and not when that is refused")
    func memberRows() async throws {
        try await LogFixture.with { fixture in
            let (kept, refused) = (UUID(), UUID())
            let sealed = SealedMember(dataKey: [1], profile: [2, 3])
            _ = try await fixture.append(
                .some(1, to: kept, member: sealed), .some(1, to: refused, after: 4, member: sealed))
            let rows = try await MemberVault(log: fixture.log).rows(of: [kept, refused], on: fixture.client)
            #expect(rows.map(\.member) == [kept])
            #expect(rows.first?.sealed == sealed)
        }
    }

    @Test("nothing at all is appended by an empty batch")
    func emptyBatch() async throws {
        try await LogFixture.with { fixture in
            let outcomes = try await fixture.log.append([], recordedAtMicros: 0, on: fixture.client)
            #expect(outcomes.isEmpty)
        }
    }
}

extension LogFixture {
    /// The whole log verifies, by Swift and by SQL.
    func expectWhole() async throws {
        let verification = try await client.withLease { try await LogVerifier(log: log).verify(on: $0) }
        #expect(verification.findings.isEmpty)
        #expect(verification.isClean)
        #expect(try await number("SELECT count(*) FROM treue.event") == verification.events)
        let broken = try await number(
            """
            SELECT count(*) FROM (
              SELECT e.hash, sha256(
                       coalesce(lag(e.hash) OVER (PARTITION BY e.partition ORDER BY e.position),
                                sha256(uuid_send(log.id) || int4send(e.partition)))
                       || int8send(e.position) || treue.event_digest(e)) AS expected
                FROM treue.event AS e, treue.log) AS chain
             WHERE hash <> expected
            """)
        #expect(broken == 0)
    }
}
