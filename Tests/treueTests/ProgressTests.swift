import Synchronization
import Testing

@testable import treue

@Suite("Progress")
struct ProgressTests {
    private func progress(_ done: Int, _ total: Int?, _ seconds: Double, skipped: Int = 0) -> Progress {
        Progress(title: "import", done: done, total: total, skipped: skipped, elapsed: .seconds(seconds))
    }

    @Test("fills the width it is given with a bar, and no more")
    func bar() {
        let text = progress(12_500, 50_000, 5).render(width: 79)
        #expect(text == "import [######--------------------]  25 %  12,500 of 50,000  2,500/s  0:15 left")
        #expect(text.count == 79)
        #expect(progress(12_500, 50_000, 5).render(width: 300).filter { "#-".contains($0) }.count == 40)
    }

    @Test("drops the bar and then facts where there is little room", arguments: 0...80)
    func narrow(width: Int) {
        #expect(progress(1_234_567, 2_000_000, 100).render(width: width).count <= width)
        #expect(progress(1_234_567, nil, 100).render(width: width).count <= width)
    }

    @Test("is 100 % only when all is done, and then says how long it took")
    func done() {
        #expect(progress(999_999, 1_000_000, 10).percent == 99)
        #expect(progress(3, 3, 3_723).line == "import 100 %, 3 of 3, 0/s, in 1:02:03")
        #expect(progress(0, 0, 0).percent == 100)
    }

    @Test("does not count as speed what an earlier run had done")
    func skipped() {
        let resumed = progress(900, 1_000, 1, skipped: 890)
        #expect(resumed.rate == 10)
        #expect(resumed.secondsLeft == 10)
    }

    @Test("tells no time left before anything is done, nor without a total")
    func unknown() {
        #expect(progress(0, 10, 1).line == "import 0 %, 0 of 10, 0/s")
        #expect(progress(10, nil, 5).line == "import, 10, 2/s, in 0:05")
        #expect(progress(10, nil, 5).json == #"{"done":10,"total":null,"rate":2,"eta_seconds":null}"#)
    }

    @Test("tells no speed before there was time to have one")
    func tooSoon() {
        #expect(progress(177, 60_078, 0.000_002).line == "import 0 %, 177 of 60,078")
        #expect(progress(177, 60_078, 0.1).line == "import 0 %, 177 of 60,078, 1,770/s, 0:34 left")
    }

    @Test("is told at once, then after a pause, and at the end")
    func pauses() {
        let clock = HandClock()
        let told = Mutex<[String]>([])
        let bar = ProgressBar("load", total: 100, style: .lines, clock: clock) { text in
            told.withLock { $0.append(text) }
        }
        for second in 1...7 {
            clock.wind(by: .seconds(1))
            bar.advance(to: second * 10)
        }
        bar.finish()
        #expect(
            told.withLock { $0 } == [
                "load 10 %, 10 of 100, 10/s, 0:09 left\n", "load 60 %, 60 of 100, 10/s, 0:04 left\n",
                "load 70 %, 70 of 100, 10/s, 0:03 left\n",
            ])
    }
}

/// A clock that stands still until it is wound.
private final class HandClock: Clock, Sendable {
    private let time = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { time.withLock { $0 } }
    var minimumResolution: Duration { .nanoseconds(1) }

    func wind(by duration: Duration) {
        time.withLock { $0 += duration }
    }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) {}
}
