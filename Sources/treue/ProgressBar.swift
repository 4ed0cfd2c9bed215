import Foundation
import Synchronization

/// Tells on standard error how far long work has come: a bar on a terminal, a line now and then when piped, one JSON
/// object a line for machines. Standard output stays free for the result.
final class ProgressBar: Sendable {
    /// How progress is told.
    enum Style: Sendable, Equatable {
        /// One line that is drawn over again, as wide as the terminal.
        case bar
        /// A line of text every few seconds.
        case lines
        /// A JSON object every few seconds.
        case json

        /// The style for a command's standard error.
        static func suited(json: Bool) -> Style {
            json ? .json : isatty(STDERR_FILENO) == 1 ? .bar : .lines
        }

        fileprivate var pause: Duration {
            self == .bar ? .milliseconds(100) : .seconds(5)
        }
    }

    private struct State {
        var done: Int
        var toldAt: Duration?
    }

    private let title: String
    private let total: Int?
    private let skipped: Int
    private let style: Style
    private let elapsed: @Sendable () -> Duration
    private let write: @Sendable (String) -> Void
    private let state: Mutex<State>

    /// Starts the clock; nothing is told before the first ``advance(to:)``.
    ///
    /// - Parameters:
    ///   - title: one word for the work.
    ///   - total: how much there is; nil when nobody knows.
    ///   - skipped: how much an earlier run had done: counts as done, but not for the rate.
    ///   - style: how it is told.
    ///   - clock: what the rate and the pauses are measured with.
    ///   - write: where the text goes.
    init(
        _ title: String, total: Int?, skipped: Int = 0, style: Style,
        clock: some Clock<Duration> = .continuous,
        write: @escaping @Sendable (String) -> Void = { FileHandle.standardError.write(Data($0.utf8)) }
    ) {
        (self.title, self.total, self.skipped, self.style, self.write) = (title, total, skipped, style, write)
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        state = Mutex(State(done: skipped))
    }

    /// Tells that so much is done in all, unless something was told a moment ago. May be called as often as you like.
    func advance(to done: Int) {
        let now = elapsed()
        let isDue = state.withLock { state in
            state.done = max(state.done, done)
            guard state.toldAt.map({ now - $0 >= style.pause }) ?? true else {
                return false
            }
            state.toldAt = now
            return true
        }
        if isDue {
            tell(after: now, isLast: false)
        }
    }

    /// Tells the last state and ends the line.
    func finish() {
        tell(after: elapsed(), isLast: true)
    }

    private func tell(after elapsed: Duration, isLast: Bool) {
        let progress = Progress(
            title: title, done: state.withLock { $0.done }, total: total, skipped: skipped, elapsed: elapsed)
        switch style {
        case .bar:
            // Over the old line, and whatever of it was longer away.
            write("\r\(progress.render(width: Self.terminalWidth()))\u{1B}[K\(isLast ? "\n" : "")")
        case .lines:
            write(progress.line + "\n")
        case .json:
            write(progress.json + "\n")
        }
    }

    /// The terminal's columns, less one: some terminals wrap a line that fills them.
    private static func terminalWidth() -> Int {
        var size = winsize()
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1
        return isKnown ? Int(size.ws_col) - 1 : 79
    }
}
