public import Wire

/// One attempt to deliver a webhook, ready to be sent.
public struct WebhookRequest: Sendable {
    public var url: String
    /// In the order to be sent.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(url: String, headers: [(name: String, value: String)], body: [UInt8]) {
        (self.url, self.headers, self.body) = (url, headers, body)
    }

    /// A message under these secrets at this moment.
    ///
    /// - Parameter seconds: since 1970-01-01 UTC, of this attempt.
    public init(
        messageID: String, body: [UInt8], url: String, secrets: [WebhookSecret], seconds: Int64, traceparent: String?
    ) {
        self.url = url
        self.body = body
        headers = [
            ("content-type", WebhookEnvelope.mediaType), ("user-agent", "treue-webhooks/1"),
            ("webhook-id", messageID), ("webhook-timestamp", String(seconds)),
            (
                "webhook-signature",
                WebhookSecret.signatures(by: secrets, id: messageID, seconds: seconds, body: body)
            ),
        ]
        if let traceparent { headers.append(("traceparent", traceparent)) }
    }
}

/// Sends what it is given to one endpoint, and says how that ended. Never throws, never waits beyond its timeout.
public protocol WebhookChannel: Sendable {
    func post(_ request: WebhookRequest) async -> WebhookAnswer

    /// Gives up its connections; nothing is posted any more.
    func close() async
}

/// Makes channels: one for each endpoint, so that none waits for another's connections.
public protocol WebhookTransport: Sendable {
    func channel() -> any WebhookChannel
}
