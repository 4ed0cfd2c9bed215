import Foundation

/// The three standard streams of a child. Used by one thread.
///
/// They are socket pairs, not pipes, since those can be closed to other children from birth: an end that leaked into a
/// PostgreSQL started meanwhile by another thread would keep us waiting for the end of the stream.
final class ProgramPipes {
    /// Pairs of reading and writing end for standard input, output and error; -1 once closed.
    private var input: [Int32] = [-1, -1]
    private var output: [Int32] = [-1, -1]
    private var errors: [Int32] = [-1, -1]

    /// Opens the pipes; nil, with `errno` set, when the system has none left.
    init?() {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &input) == 0, socketpair(AF_UNIX, kind, 0, &output) == 0,
            socketpair(AF_UNIX, kind, 0, &errors) == 0
        else {
            closeAll()
            return nil
        }
    }

    /// What the child shall see as its descriptors 0, 1 and 2.
    var childEnds: [(Int32, Int32)] {
        [(input[0], 0), (output[1], 1), (errors[1], 2)]
    }

    func closeChildEnds() {
        close(&input[0])
        close(&output[1])
        close(&errors[1])
    }

    /// Writes the whole text, which must fit the kernel's buffer, and closes standard input.
    ///
    /// A child that ends without reading makes the write fail, which is its right.
    func feed(_ text: String) {
        let bytes = Array(text.utf8)
        send(input[1], bytes, bytes.count, Int32(MSG_NOSIGNAL))
        close(&input[1])
    }

    /// Reads both outputs to their ends; false when that took longer than the limit.
    func collect(limitSeconds: Int) -> (texts: (output: String, errors: String), inTime: Bool) {
        let deadline = ContinuousClock.now.advanced(by: .seconds(limitSeconds))
        var gathered: [[UInt8]] = [[], []]
        var watched = [output[0], errors[0]]
        var inTime = true
        while watched.contains(where: { $0 >= 0 }) {
            let left = deadline - ContinuousClock.now
            guard left > .zero else {
                inTime = false
                break
            }
            var polls = watched.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&polls, 2, Int32(clamping: left.components.seconds * 1000 + 1000))
            for index in 0..<2 where polls[index].revents != 0 && !take(watched[index], into: &gathered[index]) {
                watched[index] = -1
            }
        }
        return ((String(decoding: gathered[0], as: UTF8.self), String(decoding: gathered[1], as: UTF8.self)), inTime)
    }

    /// Reads once; false at the end of the stream.
    private func take(_ descriptor: Int32, into bytes: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        let count = read(descriptor, &chunk, chunk.count)
        guard count > 0 else {
            return count < 0 && errno == EINTR
        }
        bytes += chunk[..<min(count, max(0, ProgramRun.outputLimit - bytes.count))]
        return true
    }

    func closeAll() {
        for index in 0..<2 {
            close(&input[index])
            close(&output[index])
            close(&errors[index])
        }
    }

    private func close(_ descriptor: inout Int32) {
        if descriptor >= 0 {
            Foundation.close(descriptor)
            descriptor = -1
        }
    }
}
