internal import CLibPQ
import Foundation

/// Watches descriptors with epoll; level-triggered.
struct Poller: ~Copyable {
    struct Event {
        let token: UInt64
        let isReadable: Bool
        let isWritable: Bool
    }

    struct Interest: Equatable {
        var read: Bool
        var write: Bool

        fileprivate var mask: UInt32 {
            (read ? EPOLLIN.rawValue : 0) | (write ? EPOLLOUT.rawValue : 0)
        }
    }

    private let descriptor: Int32
    private var buffer = [epoll_event](repeating: epoll_event(), count: 64)

    init() throws(PostgresError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else {
            throw PostgresError(.connectionFailed, "epoll_create1: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        close(descriptor)
    }

    /// False when the kernel refuses, for example on a descriptor that is closed.
    func add(_ watched: Int32, token: UInt64, _ interest: Interest) -> Bool {
        control(EPOLL_CTL_ADD, watched, token, interest)
    }

    func update(_ watched: Int32, token: UInt64, _ interest: Interest) -> Bool {
        control(EPOLL_CTL_MOD, watched, token, interest)
    }

    func remove(_ watched: Int32) {
        var event = epoll_event()
        epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, &event)
    }

    private func control(_ operation: Int32, _ watched: Int32, _ token: UInt64, _ interest: Interest) -> Bool {
        var event = epoll_event(events: interest.mask, data: epoll_data_t(u64: token))
        return epoll_ctl(descriptor, operation, watched, &event) == 0
    }

    /// Waits until something happens or the timeout passes; nil waits for ever. An interrupted wait is empty.
    mutating func wait(milliseconds: Int32?) -> [Event] {
        let count = epoll_wait(descriptor, &buffer, Int32(buffer.count), milliseconds ?? -1)
        guard count > 0 else { return [] }
        let broken = EPOLLERR.rawValue | EPOLLHUP.rawValue
        return buffer[0..<Int(count)].map { event in
            Event(
                token: event.data.u64,
                isReadable: event.events & (EPOLLIN.rawValue | broken) != 0,
                isWritable: event.events & (EPOLLOUT.rawValue | broken) != 0)
        }
    }
}
