/// The order of a COPY … FROM STDIN: one write at a time, cut into slices, each handed to libpq only when the
/// socket took the one before.
struct CopyInMachine {
    enum Action: Equatable {
        /// Hand this range of the chunk to libpq, flush, and report with `flushed` or wait until it is.
        case put(Range<Int>)
        /// The write is done: its caller goes on.
        case acknowledge
        case putEnd
        case putFailure
        case wait
        case violation
    }

    private enum Phase: Equatable {
        case open
        case writing(length: Int, offset: Int)
        case ending, ended
    }

    /// libpq 15 can loop for ever on a chunk over 1 MiB; this is also what lies in its buffer at most.
    let sliceLength: Int
    private var phase = Phase.open

    init(sliceLength: Int = 64 * 1024) {
        precondition(sliceLength > 0 && sliceLength <= 1024 * 1024)
        self.sliceLength = sliceLength
    }

    var isEnding: Bool { phase == .ending || phase == .ended }

    mutating func write(length: Int) -> Action {
        guard phase == .open else { return .violation }
        guard length > 0 else { return .acknowledge }
        phase = .writing(length: length, offset: 0)
        return slice(length, 0)
    }

    /// The socket took everything so far.
    mutating func flushed() -> Action {
        guard case .writing(let length, let offset) = phase else { return .wait }
        let next = offset + min(sliceLength, length - offset)
        guard next < length else {
            phase = .open
            return .acknowledge
        }
        phase = .writing(length: length, offset: next)
        return slice(length, next)
    }

    mutating func finish(failing: Bool) -> Action {
        guard phase == .open else { return .violation }
        phase = .ending
        return failing ? .putFailure : .putEnd
    }

    mutating func ended() {
        phase = .ended
    }

    private func slice(_ length: Int, _ offset: Int) -> Action {
        .put(offset..<(offset + min(sliceLength, length - offset)))
    }
}
