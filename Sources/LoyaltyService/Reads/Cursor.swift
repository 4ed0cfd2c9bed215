import Foundation
import Wire

/// Where a page ended, as an opaque text. Streams only grow, so it stays good whatever is written meanwhile.
struct Cursor: Hashable {
    /// The event to go on from.
    var version: Int64
    /// Entries of that event already shown; of those that are due, while `dueAt` is set.
    var shown: Int64 = 0
    /// Available behind that event.
    var balance: Int64 = 0
    /// While what is due is being shown: the instant, in microseconds, up to which it is.
    var dueAt: Int64?

    init(version: Int64, shown: Int64 = 0, balance: Int64 = 0, dueAt: Int64? = nil) {
        (self.version, self.shown, self.balance, self.dueAt) = (version, shown, balance, dueAt)
    }

    var text: String {
        let parts = [version, shown, balance] + (dueAt.map { [$0] } ?? [])
        return Data(parts.map(String.init).joined(separator: ".").utf8).base64EncodedString()
            .replacingOccurrences(of: "=", with: "").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "+", with: "-")
    }

    /// - Parameter last: the version of the stream now: a cursor of this list is never behind it.
    /// - Throws: `cursor_invalid` for anything that was not made here.
    init(_ text: String, last: Int64) throws(ServiceError) {
        let padded = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        let data = Data(base64Encoded: padded + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
        let parts = data.map { String(decoding: $0, as: UTF8.self).split(separator: ".").map { Int64($0) } } ?? []
        guard 3...4 ~= parts.count, let version = parts[0], let shown = parts[1], let balance = parts[2] else {
            throw .cursorInvalid
        }
        self.init(version: version, shown: shown, balance: balance, dueAt: parts.count == 4 ? parts[3] : nil)
        guard self.text == text, 0...last ~= version, 0...Cursor.mostShown ~= shown, dueAt.map(isInstant) ?? true
        else { throw .cursorInvalid }
    }

    /// Whether somebody can have something due by then: a member has an event, and callers name no other instants.
    private func isInstant(_ micros: Int64) -> Bool {
        version > 0 && RFC3339.earliestMicros...RFC3339.latestMicros ~= micros
    }

    /// More entries than one event can have.
    private static let mostShown: Int64 = 1_000_000
}
