import Testing

@testable import Postgres

@Suite("The COPY machines")
struct CopyMachineTests {
    @Test("a waiting consumer gets the chunk at once")
    func waitingConsumer() {
        var machine = CopyOutMachine()
        guard case .wait = machine.asked() else { return #expect(Bool(false)) }
        #expect(machine.hasWaitingConsumer)
        #expect(machine.produced([1]) == .deliver([1]))
        #expect(!machine.hasWaitingConsumer)
    }

    @Test("reading pauses when enough chunks wait, and resumes when one is taken")
    func backPressure() {
        var machine = CopyOutMachine(limit: 2)
        #expect(machine.produced([1]) == .keep)
        #expect(machine.produced([2]) == .keepAndPause && machine.isFull)
        guard case .chunk([1], resumesReading: true) = machine.asked() else { return #expect(Bool(false)) }
        guard case .chunk([2], resumesReading: false) = machine.asked() else { return #expect(Bool(false)) }
    }

    @Test("the end comes after the chunks that wait")
    func end() {
        var machine = CopyOutMachine(limit: 1)
        _ = machine.produced([1])
        #expect(machine.ended(nil) == false)
        guard case .chunk([1], resumesReading: false) = machine.asked() else { return #expect(Bool(false)) }
        guard case .ended(nil) = machine.asked() else { return #expect(Bool(false)) }
    }

    @Test("a waiting consumer hears of an error; two consumers at once are refused")
    func endWhileWaiting() {
        var machine = CopyOutMachine()
        _ = machine.asked()
        guard case .violation = machine.asked() else { return #expect(Bool(false)) }
        #expect(machine.ended(PostgresError(.server, "no")) == true)
    }

    @Test("after the consumer left everything is dropped and reading goes on")
    func abandoned() {
        var machine = CopyOutMachine(limit: 1)
        _ = machine.produced([1])
        #expect(machine.abandon() && !machine.isFull)
        #expect(machine.produced([2]) == .drop)
    }

    @Test("a write goes out in slices, each after the one before was flushed")
    func slices() {
        var machine = CopyInMachine(sliceLength: 10)
        #expect(machine.write(length: 25) == .put(0..<10))
        #expect(machine.flushed() == .put(10..<20))
        #expect(machine.flushed() == .put(20..<25))
        #expect(machine.flushed() == .acknowledge)
        #expect(machine.flushed() == .wait)
        #expect(machine.write(length: 10) == .put(0..<10))
        #expect(machine.flushed() == .acknowledge)
    }

    @Test("an empty write is acknowledged; a second write meanwhile, or an end, is refused")
    func misuse() {
        var machine = CopyInMachine(sliceLength: 10)
        #expect(machine.write(length: 0) == .acknowledge)
        #expect(machine.write(length: 5) == .put(0..<5))
        #expect(machine.write(length: 5) == .violation)
        #expect(machine.finish(failing: false) == .violation)
    }

    @Test("the end is sent once, as success or failure")
    func ending() {
        var machine = CopyInMachine()
        #expect(machine.finish(failing: false) == .putEnd && machine.isEnding)
        #expect(machine.finish(failing: true) == .violation && machine.write(length: 1) == .violation)
        machine.ended()
        #expect(machine.isEnding)
        var other = CopyInMachine()
        #expect(other.finish(failing: true) == .putFailure)
    }
}
