public import Foundation
public import Loyalty

/// Long work that somebody asked for, and how far it has come.
public struct OperationView: Hashable, Sendable {
    public enum State: String, Hashable, Sendable, CaseIterable {
        case running, succeeded, failed
        /// The process that did it ended first. The same work, asked for again, goes on where it was.
        case interrupted
    }

    public var id: UUID
    /// Such as `projection.rebuild`.
    public var kind: String
    /// What it is done to, such as `account`.
    public var subject: String
    public var state: State
    /// Events, of ``total``.
    public var done: Int64
    public var total: Int64
    /// How much of ``done`` an earlier operation had done.
    public var skipped: Int64
    public var startedAt: Instant
    /// When somebody was last known to work on it.
    public var updatedAt: Instant
    public var finishedAt: Instant?
    /// A JSON object; nil while it runs.
    public var result: [UInt8]?

    public var isOver: Bool { state != .running }

    /// Events a second so far, rounded down.
    public var rate: Int64 {
        let micros = updatedAt.micros - startedAt.micros
        guard micros > 0, done > skipped else { return 0 }
        return (done - skipped).multipliedReportingOverflow(by: 1_000_000).partialValue / micros
    }

    /// When it will be through at this rate; nil where that cannot be told.
    public var eta: Instant? {
        let rate = rate
        guard state == .running, rate > 0 else { return nil }
        let seconds = (max(0, total - done) + rate - 1) / rate
        return Instant(micros: updatedAt.micros + min(seconds, 1_000_000_000) * 1_000_000)
    }
}
