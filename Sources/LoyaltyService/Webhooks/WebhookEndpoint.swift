public import Foundation
public import Loyalty
public import Wire

/// Where webhooks go, as the API shows it.
public struct WebhookEndpoint: Hashable, Sendable {
    /// Whether anything is sent at the moment.
    public enum Circuit: String, Hashable, Sendable, CaseIterable {
        /// Things are sent as they come.
        case closed
        /// After failures in a row nothing is sent for a while.
        case open
    }

    public var id: UUID
    public var url: String
    public var description: String?
    /// Sorted by name; empty for all.
    public var types: [WebhookEventType]
    public var isEnabled: Bool
    /// Why it was disabled, when it was not a person who did.
    public var disabledReason: String?
    public var createdAt: Instant
    public var updatedAt: Instant
    /// Until then the secret before the last rotation signs, too.
    public var previousSecretUntil: Instant?
    public var lastSuccessAt: Instant?
    /// The first failure after the last success.
    public var failingSince: Instant?
    /// When the next attempt is made after the circuit opened.
    public var openUntil: Instant?

    public func circuit(at now: Instant) -> Circuit { openUntil.map { now < $0 } == true ? .open : .closed }
}

/// An endpoint and its secret, which is shown when it is made and never again.
public struct FreshWebhookEndpoint: Sendable {
    public var endpoint: WebhookEndpoint
    public var secret: WebhookSecret

    public init(endpoint: WebhookEndpoint, secret: WebhookSecret) {
        (self.endpoint, self.secret) = (endpoint, secret)
    }
}

/// One message for one endpoint, and what became of it.
public struct WebhookDelivery: Hashable, Sendable {
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// Waits: for its turn, or for the next attempt.
        case pending
        /// The endpoint answered 2xx.
        case delivered
        /// Given up after the last attempt, or when it was too old; it can be replayed.
        case dead
    }

    public var id: UUID
    /// The `webhook-id` of every attempt.
    public var messageID: String
    public var type: String
    public var memberID: UUID
    public var state: State
    public var attempts: Int
    public var createdAt: Instant
    /// When the next attempt is due; nil when there is none.
    public var nextAttemptAt: Instant?
    public var finishedAt: Instant?
    /// What the endpoint answered last; nil when it did not.
    public var lastStatus: Int?
    public var lastError: String?
    /// For a cursor.
    var sequence: Int64

    public init(
        id: UUID, messageID: String, type: String, memberID: UUID, state: State, attempts: Int, createdAt: Instant,
        nextAttemptAt: Instant?, finishedAt: Instant?, lastStatus: Int?, lastError: String?, sequence: Int64
    ) {
        (self.id, self.messageID, self.type, self.memberID) = (id, messageID, type, memberID)
        (self.state, self.attempts, self.createdAt) = (state, attempts, createdAt)
        (self.nextAttemptAt, self.finishedAt) = (nextAttemptAt, finishedAt)
        (self.lastStatus, self.lastError, self.sequence) = (lastStatus, lastError, sequence)
    }
}

/// What waits for an endpoint, for metrics.
public struct WebhookBacklog: Hashable, Sendable {
    public var endpoint: UUID
    public var pending: Int64
    /// When the oldest of them was made.
    public var oldestAt: Instant?
    public var dead: Int64
}

/// What may be sent where, and how often it is tried.
public struct WebhookConfiguration: Sendable {
    /// Whether private, loopback and link-local addresses, and plain `http`, are allowed.
    public var allowsPrivateNetwork = false
    /// Endpoints there may be.
    public var maximumEndpoints = 100
    /// Messages on their way to one endpoint at a time, each for another member.
    public var concurrency = 16
    /// From the start of an attempt to the last byte of its answer.
    public var timeout: Duration = .seconds(15)
    /// Attempts before a message is given up.
    public var maximumAttempts = 14
    /// The age at which a message is given up, whatever its attempts.
    public var maximumAge: Duration = .seconds(3 * 86_400)
    /// The pause after the first failure; it triples with each further one.
    public var minimumBackoff: Duration = .seconds(5)
    public var maximumBackoff: Duration = .seconds(8 * 3_600)
    /// Failures in a row that open an endpoint's circuit.
    public var circuitThreshold = 5
    /// How long the circuit stays open at first; it doubles with each failed trial.
    public var circuitPause: Duration = .seconds(10)
    public var longestCircuitPause: Duration = .seconds(600)
    /// How long what was delivered can still be looked up.
    public var retention: Duration = .seconds(7 * 86_400)
    /// How many days ahead points that expire, and a tier that ends, are announced. At most 40.
    public var noticeDays = 30
    /// The longest that new messages go unnoticed when no notification comes.
    public var pollInterval: Duration = .seconds(2)
    /// Events of a day's dates are looked for at this pace: so many members at a time.
    public var scanPage = 500
    public var scanInterval: Duration = .milliseconds(200)

    public init() {}
}
