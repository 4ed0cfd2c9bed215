import Testing

@testable import Postgres

@Suite("The pipeline machine")
struct PipelineMachineTests {
    typealias Machine = PipelineMachine<String, Int>

    private let divisionByZero = PostgresError(.server, "division by zero", wasSent: true)

    private func slot(_ id: UInt64, _ sql: String, deadline: Int64 = .max) -> Machine.Slot {
        .init(id: id, job: "\(sql)#\(id)", key: .init(sql: sql, types: []), isPrepared: true, deadline: deadline)
    }

    private func exclusive(_ id: UInt64) -> Machine.Slot {
        .init(id: id, job: "script#\(id)", key: nil, isPrepared: false, deadline: .max)
    }

    /// Everything the machine wants to send now, as words.
    private func sends(_ machine: inout Machine) -> [String] {
        var words: [String] = []
        while let send = machine.nextToSend() {
            switch send {
            case .prepare(let slot, let name): words.append("prepare \(name) \(slot.key?.sql ?? "")")
            case .run(let slot, let name): words.append("run \(name) \(slot.job)")
            case .runUnnamed(let slot): words.append("unnamed \(slot.job)")
            case .sync: words.append("sync")
            case .exclusive(let slot): words.append("exclusive \(slot.job)")
            }
        }
        return words
    }

    /// What the machine does on these replies, as words; silence left out.
    private func feed(_ machine: inout Machine, _ replies: [Machine.Reply]) -> [String] {
        replies.flatMap { reply -> [String] in
            switch machine.received(reply) {
            case .none: return []
            case .answer(let answers): return answers.map(word)
            case .violation: return ["violation"]
            }
        }
    }

    private func word(_ answer: Machine.Answer) -> String {
        switch answer.result {
        case .success(let value): "\(answer.job) = \(value)"
        case .failure(let error): "\(answer.job) failed \(error.sqlState ?? error.message)"
        }
    }

    private func ready(_ slots: Machine.Slot..., window: Int = 256, group: Int = 1, preparedLimit: Int = 500) -> Machine
    {
        var machine = Machine(window: window, groupLimit: group, preparedLimit: preparedLimit)
        machine.connected()
        for slot in slots { machine.enqueue(slot) }
        return machine
    }

    private let done: [Machine.Reply] = [.end, .sync(inTransaction: false)]

    @Test("sends nothing before it is connected")
    func unconnected() {
        var machine = Machine()
        machine.enqueue(slot(1, "a"))
        #expect(sends(&machine) == [])
        machine.connected()
        #expect(sends(&machine) == ["prepare t1 a", "run t1 a#1", "sync"])
    }

    @Test("prepares a text once, and syncs after every statement")
    func preparesOnce() {
        var machine = ready(slot(1, "a"), slot(2, "a"), slot(3, "b"))
        #expect(
            sends(&machine) == [
                "prepare t1 a", "run t1 a#1", "sync", "run t1 a#2", "sync", "prepare t2 b", "run t2 b#3", "sync",
            ])
    }

    @Test("the same text with other parameter types is prepared apart")
    func typesMatter() {
        var machine = ready(slot(1, "a"))
        machine.enqueue(
            .init(id: 2, job: "typed", key: .init(sql: "a", types: [20]), isPrepared: true, deadline: .max))
        #expect(sends(&machine) == ["prepare t1 a", "run t1 a#1", "sync", "prepare t2 a", "run t2 typed", "sync"])
    }

    @Test("beyond its limit of texts it runs them unnamed")
    func preparedLimit() {
        var machine = ready(slot(1, "a"), slot(2, "b"), preparedLimit: 1)
        #expect(sends(&machine) == ["prepare t1 a", "run t1 a#1", "sync", "unnamed b#2", "sync"])
    }

    @Test("answers at the sync, not at the rows: the commit lies between")
    func answersAtSync() {
        var machine = ready(slot(1, "a"))
        _ = sends(&machine)
        #expect(feed(&machine, [.value(0), .end, .value(7), .end]) == [])
        #expect(feed(&machine, [.sync(inTransaction: false)]) == ["a#1 = 7"])
        #expect(machine.isIdle && !machine.expectsReply)
    }

    @Test("an error ends at its own sync")
    func errorEndsAtSync() {
        var machine = ready(slot(1, "a"), slot(2, "a"), slot(3, "a"))
        _ = sends(&machine)
        #expect(feed(&machine, [.value(0), .end, .value(1)] + done) == ["a#1 = 1"])
        #expect(
            feed(&machine, [.failed(divisionByZero, isStalePlan: false)] + done) == ["a#2 failed division by zero"])
        #expect(feed(&machine, [.value(3)] + done) == ["a#3 = 3"])
    }

    @Test("an error of the commit fails the statement that had rows")
    func commitError() {
        var machine = ready(slot(1, "a"))
        _ = sends(&machine)
        let replies: [Machine.Reply] = [
            .value(0), .end, .value(1), .end, .failed(divisionByZero, isStalePlan: false), .end,
            .sync(inTransaction: false),
        ]
        #expect(feed(&machine, replies) == ["a#1 failed division by zero"])
    }

    @Test("a failed Prepare fails its statement with its own error and is forgotten")
    func failedPrepare() {
        var machine = ready(slot(1, "a"))
        _ = sends(&machine)
        let replies: [Machine.Reply] = [.failed(divisionByZero, isStalePlan: false), .end, .aborted] + done
        #expect(feed(&machine, replies) == ["a#1 failed division by zero"])
        machine.enqueue(slot(2, "a"))
        #expect(sends(&machine) == ["prepare t2 a", "run t2 a#2", "sync"])
    }

    @Test("a stale plan is prepared anew and run again, once")
    func stalePlan() {
        var stale = divisionByZero
        stale.sqlState = "26000"
        var machine = ready(slot(1, "a"))
        _ = sends(&machine)
        _ = feed(&machine, [.value(0), .end])
        #expect(feed(&machine, [.failed(stale, isStalePlan: true)] + done) == [])
        #expect(sends(&machine) == ["prepare t2 a", "run t2 a#1", "sync"])
        #expect(
            feed(&machine, [.value(0), .end, .failed(stale, isStalePlan: true)] + done) == ["a#1 failed 26000"])
    }

    @Test("a stale plan inside a transaction is not tried again: the transaction is lost")
    func stalePlanInTransaction() {
        var machine = ready(slot(1, "a"))
        _ = sends(&machine)
        let replies: [Machine.Reply] = [
            .value(0), .end, .failed(divisionByZero, isStalePlan: true), .end, .sync(inTransaction: true),
        ]
        #expect(feed(&machine, replies) == ["a#1 failed division by zero"])
        machine.enqueue(slot(2, "a"))
        #expect(sends(&machine) == ["prepare t2 a", "run t2 a#2", "sync"])
    }

    @Test("sends no more than its window until answers come")
    func window() {
        var machine = ready(slot(1, "a"), slot(2, "a"), slot(3, "a"), window: 2)
        #expect(sends(&machine).count == 5)
        #expect(machine.waitingCount == 1 && machine.inFlightCount == 2)
        _ = feed(&machine, [.value(0), .end, .value(1)] + done)
        #expect(sends(&machine) == ["run t1 a#3", "sync"])
    }

    @Test("statements that wait together share a sync, up to the limit, and are answered at it")
    func group() {
        var machine = ready(slot(1, "a"), slot(2, "a"), slot(3, "a"), group: 2)
        #expect(sends(&machine) == ["prepare t1 a", "run t1 a#1", "run t1 a#2", "sync", "run t1 a#3", "sync"])
        #expect(feed(&machine, [.value(0), .end, .value(1), .end, .value(2), .end]) == [])
        #expect(feed(&machine, [.sync(inTransaction: false)]) == ["a#1 = 1", "a#2 = 2"])
        #expect(feed(&machine, [.value(3)] + done) == ["a#3 = 3"])
    }

    @Test("when one of a group fails only it is told; the others, rolled back or never begun, run again alone")
    func groupFailure() {
        var machine = ready(slot(1, "a"), slot(2, "a"), slot(3, "a"), slot(4, "a"), group: 3)
        _ = sends(&machine)
        let replies: [Machine.Reply] = [
            .value(0), .end, .value(1), .end, .failed(divisionByZero, isStalePlan: false), .end, .aborted,
        ]
        #expect(feed(&machine, replies + done) == ["a#2 failed division by zero"])
        #expect(sends(&machine) == ["run t1 a#1", "sync", "run t1 a#3", "sync"])
        #expect(feed(&machine, [.value(4)] + done + [.value(1)] + done) == ["a#4 = 4", "a#1 = 1"])
        #expect(feed(&machine, [.value(3)] + done) == ["a#3 = 3"])
        #expect(machine.isIdle)
    }

    @Test("when a Prepare of a group fails its statement has the error, and the others run again")
    func groupPrepareFailure() {
        var machine = ready(slot(1, "a"), slot(2, "b"), slot(3, "c"), group: 3)
        _ = sends(&machine)
        let replies: [Machine.Reply] = [
            .value(0), .end, .value(1), .end, .failed(divisionByZero, isStalePlan: false), .end, .aborted, .end,
            .aborted, .end, .aborted,
        ]
        #expect(feed(&machine, replies + done) == ["b#2 failed division by zero"])
        #expect(sends(&machine) == ["run t1 a#1", "sync", "prepare t4 c", "run t4 c#3", "sync"])
    }

    @Test("when the commit of a group fails each runs again alone, to find whose fault it was")
    func groupCommitFailure() {
        var machine = ready(slot(1, "a"), slot(2, "a"), group: 2)
        _ = sends(&machine)
        let replies: [Machine.Reply] = [
            .value(0), .end, .value(1), .end, .value(2), .end, .failed(divisionByZero, isStalePlan: false), .end,
            .sync(inTransaction: false),
        ]
        #expect(feed(&machine, replies) == [])
        #expect(sends(&machine) == ["run t1 a#1", "sync", "run t1 a#2", "sync"])
    }

    @Test("a lost connection names a whole group")
    func lostGroup() {
        var machine = ready(slot(1, "a"), slot(2, "a"), group: 2)
        _ = sends(&machine)
        _ = feed(&machine, [.value(0), .end, .value(1), .end])
        #expect(machine.disconnected() == ["a#1", "a#2"])
    }

    @Test("an exclusive act waits for the pipeline, and the pipeline for it")
    func exclusiveAct() {
        var machine = ready(slot(1, "a"), exclusive(2), slot(3, "a"))
        #expect(sends(&machine) == ["prepare t1 a", "run t1 a#1", "sync"])
        _ = feed(&machine, [.value(0), .end, .value(1)] + done)
        #expect(sends(&machine) == ["exclusive script#2"])
        #expect(machine.isInFlight(2) && !machine.expectsReply)
        #expect(machine.exclusiveFinished() == "script#2")
        #expect(sends(&machine) == ["run t1 a#3", "sync"])
    }

    @Test("a lost connection names what was sent, in order; what waits stays and runs on the next one")
    func lost() {
        var machine = ready(slot(1, "a"), slot(2, "a"), slot(3, "a"), window: 2)
        _ = sends(&machine)
        _ = feed(&machine, [.value(0), .end, .value(1), .end])
        #expect(machine.disconnected() == ["a#1", "a#2"])
        #expect(machine.inFlightCount == 0 && machine.waitingCount == 1 && sends(&machine) == [])
        machine.connected()
        #expect(sends(&machine) == ["prepare t2 a", "run t2 a#3", "sync"])
    }

    @Test("a connection lost between Prepare and statement counts the statement as sent")
    func lostAfterPrepare() {
        var machine = ready(slot(1, "a"))
        _ = machine.nextToSend()
        #expect(machine.disconnected() == ["a#1"])
    }

    @Test("a connection lost in an exclusive act names it")
    func lostInExclusive() {
        var machine = ready(exclusive(1))
        _ = sends(&machine)
        #expect(machine.disconnected() == ["script#1"])
        #expect(machine.exclusiveFinished() == nil)
    }

    @Test("only what waits can be cancelled")
    func cancel() {
        var machine = ready(slot(1, "a"), slot(2, "a"), window: 1)
        _ = sends(&machine)
        #expect(machine.cancel(1) == nil && machine.isInFlight(1))
        #expect(machine.cancel(2) == "a#2" && machine.waitingCount == 0)
        #expect(machine.firstInFlight?.id == 1)
    }

    @Test("what waited past its deadline leaves the queue")
    func expiry() {
        var machine = Machine()
        machine.enqueue(slot(1, "a", deadline: 10))
        machine.enqueue(slot(2, "a", deadline: 20))
        #expect(machine.nextWaitingDeadline == 10 && machine.popExpired(now: 9) == nil)
        #expect(machine.popExpired(now: 15) == "a#1" && machine.popExpired(now: 15) == nil)
        #expect(machine.drainWaiting() == ["a#2"])
    }

    @Test("an end without a result at a sync is a violation: libpq has given up, and would say so for ever")
    func endForEver() {
        var machine = ready(slot(1, "a"))
        _ = sends(&machine)
        _ = feed(&machine, [.value(0), .end, .failed(divisionByZero, isStalePlan: false), .end])
        #expect(feed(&machine, [.end]) == ["violation"])
        #expect(machine.disconnected() == ["a#1"])
    }

    @Test("replies that belong to nothing are violations")
    func violations() {
        var machine = ready()
        #expect(feed(&machine, [.value(1)]) == ["violation"])
        machine.enqueue(slot(1, "a"))
        _ = sends(&machine)
        #expect(feed(&machine, [.end]) == ["violation"])
        #expect(feed(&machine, [.value(0), .end, .sync(inTransaction: false)]) == ["violation"])
    }

    @Test("random traffic: every job is answered exactly once, in order of sending", arguments: 0..<50 as Range<UInt64>)
    func randomTraffic(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var machine = Machine(window: 8, groupLimit: Int(seed % 5) + 1, preparedLimit: 3)
        var server = SimulatedServer()
        var answered: [String: Int] = [:]
        var next: UInt64 = 0
        for _ in 0..<2000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                machine.enqueue(slot(next, "s\(next % 5)"))
                next += 1
            case 4..<6:
                while let send = machine.nextToSend() { server.take(send, &random) }
            case 6:
                for job in machine.disconnected() { answered[job, default: 0] += 1 }
                server = SimulatedServer()
                machine.connected()
            default:
                while !server.replies.isEmpty {
                    switch machine.received(server.replies.removeFirst()) {
                    case .none: break
                    case .answer(let answers): for answer in answers { answered[answer.job, default: 0] += 1 }
                    case .violation: Issue.record("violation with seed \(seed)")
                    }
                }
            }
        }
        for job in machine.disconnected() + machine.drainWaiting() { answered[job, default: 0] += 1 }
        #expect(answered.count == Int(next) && answered.values.allSatisfy { $0 == 1 })
    }
}

/// Answers what is sent as PostgreSQL would; statements fail now and then.
private struct SimulatedServer {
    typealias Machine = PipelineMachine<String, Int>

    private(set) var isAborted = false
    var replies: [Machine.Reply] = []

    mutating func take(_ send: Machine.Send, _ random: inout SeededGenerator) {
        switch send {
        case .prepare, .run, .runUnnamed:
            if isAborted {
                replies += [.aborted, .end]
            } else if Int.random(in: 0..<6, using: &random) == 0 {
                isAborted = true
                let error = PostgresError(.server, "simulated", wasSent: true)
                replies += [.failed(error, isStalePlan: Bool.random(using: &random)), .end]
            } else {
                replies += [.value(1), .end]
            }
        case .sync:
            isAborted = false
            replies.append(.sync(inTransaction: false))
        case .exclusive:
            break
        }
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
