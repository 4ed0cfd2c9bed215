import Foundation
import Loyalty

/// How an attempt ended.
public enum WebhookAnswer: Sendable, Equatable {
    /// The endpoint answered.
    ///
    /// - Parameter retryAfterSeconds: what it asked for, if anything.
    case status(Int, retryAfterSeconds: Int64? = nil)
    /// It did not, or not in HTTP. The text names no secret.
    case failure(String)

    /// 2xx, and nothing else: a redirect is not followed.
    var isSuccess: Bool { if case .status(let status, _) = self { (200..<300).contains(status) } else { false } }
}

/// What becomes of a delivery after an attempt.
struct AttemptResult: Equatable, Sendable {
    var state: WebhookDelivery.State
    var attempts: Int
    var nextAt: Instant
    var status: Int?
    var error: String?
}

/// How often and when a delivery is tried again. Pure.
struct DeliveryPolicy: Sendable {
    var maximumAttempts: Int
    var maximumAgeMicros: Int64
    var minimumBackoffMicros: Int64
    var maximumBackoffMicros: Int64

    init(_ configuration: WebhookConfiguration) {
        maximumAttempts = max(1, configuration.maximumAttempts)
        maximumAgeMicros = configuration.maximumAge.micros
        minimumBackoffMicros = max(1, configuration.minimumBackoff.micros)
        maximumBackoffMicros = max(minimumBackoffMicros, configuration.maximumBackoff.micros)
    }

    /// The longest that an endpoint's own wish is listened to, in seconds.
    private static let longestWish: Int64 = 3_600

    func result(
        of answer: WebhookAnswer, for item: DeliveryWindow.Item, at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> AttemptResult {
        let attempts = item.attempts + 1
        var result = AttemptResult(state: .pending, attempts: attempts, nextAt: now)
        var wish: Int64 = 0
        switch answer {
        case .status(let status, let retryAfter):
            result.status = status
            wish = min(max(0, retryAfter ?? 0), Self.longestWish) * 1_000_000
            if !answer.isSuccess { result.error = "the endpoint answered \(status)" }
        case .failure(let text): result.error = text
        }
        if answer.isSuccess {
            result.state = .delivered
        } else if attempts >= maximumAttempts || isTooOld(item, at: now) {
            result.state = .dead
        } else {
            result.nextAt = Instant(micros: now.micros + max(wish, pause(after: attempts, using: &generator)))
        }
        return result
    }

    func isTooOld(_ item: DeliveryWindow.Item, at now: Instant) -> Bool {
        now.micros - item.createdAt.micros >= maximumAgeMicros
    }

    /// Triples with each failure up to a limit; between two thirds of it and the whole, so that what failed together does
    /// not come again together.
    func pause(after failures: Int, using generator: inout some RandomNumberGenerator) -> Int64 {
        var pause = minimumBackoffMicros
        for _ in 1..<max(2, min(failures, 40)) where failures > 1 && pause < maximumBackoffMicros {
            pause = pause > maximumBackoffMicros / 3 ? maximumBackoffMicros : pause * 3
        }
        pause = min(pause, maximumBackoffMicros)
        return Int64.random(in: (pause - pause / 3)...pause, using: &generator)
    }
}

/// Whether an endpoint is worth an attempt: failures in a row open the circuit for a while, then one attempt tries it.
/// Pure.
struct CircuitBreaker: Sendable {
    enum State: Equatable, Sendable {
        case closed
        case open(until: Instant)
        /// One attempt is on its way, and decides.
        case trial
    }

    private(set) var state = State.closed
    private var failures = 0
    private var pauseMicros: Int64
    private let threshold: Int
    private let firstPause: Int64
    private let longestPause: Int64

    init(_ configuration: WebhookConfiguration) {
        threshold = max(1, configuration.circuitThreshold)
        firstPause = max(1, configuration.circuitPause.micros)
        longestPause = max(firstPause, configuration.longestCircuitPause.micros)
        pauseMicros = firstPause
    }

    /// How many attempts may start now, of `wanted`.
    mutating func permits(_ wanted: Int, at now: Instant) -> Int {
        switch state {
        case .closed: return wanted
        case .trial: return 0
        case .open(let until):
            guard wanted > 0, now >= until else { return 0 }
            state = .trial
            return 1
        }
    }

    /// - Returns: whether the state changed.
    mutating func note(success: Bool, at now: Instant) -> Bool {
        let before = state
        if success {
            (failures, pauseMicros, state) = (0, firstPause, .closed)
            return before != state
        }
        failures += 1
        switch state {
        case .trial:
            pauseMicros = min(longestPause, pauseMicros * 2)
            state = .open(until: Instant(micros: now.micros + pauseMicros))
        case .closed where failures >= threshold:
            state = .open(until: Instant(micros: now.micros + pauseMicros))
        case .closed, .open: break
        }
        return before != state
    }

    /// The trial came to nothing that tells: nothing was sent.
    mutating func withdrawTrial(at now: Instant) {
        if state == .trial { state = .open(until: now) }
    }

    var openUntil: Instant? { if case .open(let until) = state { until } else { nil } }
}

/// How an endpoint is doing, for its row.
struct EndpointHealth: Equatable, Sendable {
    var lastSuccess: Instant?
    var failingSince: Instant?
    var openUntil: Instant?
}

extension Duration {
    /// Whole microseconds, clamped to what fits.
    var micros: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return seconds < 0 ? .min / 2 : .max / 2 }
        let (sum, carried) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return carried ? .max / 2 : sum
    }
}
