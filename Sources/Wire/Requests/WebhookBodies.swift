/// The body of `POST /v1/webhook_endpoints`.
public struct WebhookEndpointBody: Hashable, Sendable {
    public var url: WebhookURL
    public var description: String?
    /// What the endpoint wants; empty for everything there is, and everything to come.
    public var types: Set<WebhookEventType>
    public var isEnabled: Bool

    public init(
        url: WebhookURL, description: String? = nil, types: Set<WebhookEventType> = [], isEnabled: Bool = true
    ) {
        (self.url, self.description, self.types, self.isEnabled) = (url, description, types, isEnabled)
    }

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> WebhookEndpointBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            let url = reader.string("url", max: WebhookURL.longest).flatMap { reader.webhookURL($0) }
            let description = reader.optionalString("description", max: WebhookLimit.description)
            let types = reader.webhookTypes()
            let isEnabled = reader.optionalBool("enabled")
            return url.map {
                WebhookEndpointBody(
                    url: $0, description: description, types: types ?? [], isEnabled: isEnabled ?? true)
            }
        }
    }
}

extension WebhookEndpointBody {
    /// The same for two bodies that mean the same, to compare repeats by.
    public var canonical: [UInt8] {
        let types = types.map(\.rawValue).sorted().joined(separator: ",")
        // None of the parts can hold a line feed.
        return Array("\(url.text)\n\(description ?? "")\n\(types)\n\(isEnabled)".utf8)
    }
}

/// The body of `PATCH /v1/webhook_endpoints/{id}`: what is absent stays.
public struct WebhookEndpointChange: Hashable, Sendable {
    public var url: WebhookURL?
    public var description: String?
    public var types: Set<WebhookEventType>?
    public var isEnabled: Bool?

    public init(
        url: WebhookURL? = nil, description: String? = nil, types: Set<WebhookEventType>? = nil, isEnabled: Bool? = nil
    ) {
        (self.url, self.description, self.types, self.isEnabled) = (url, description, types, isEnabled)
    }

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> WebhookEndpointChange {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            WebhookEndpointChange(
                url: reader.optionalString("url", max: WebhookURL.longest).flatMap { reader.webhookURL($0) },
                description: reader.optionalString("description", max: WebhookLimit.description),
                types: reader.webhookTypes(), isEnabled: reader.optionalBool("enabled"))
        }
    }
}

/// The body of `POST /v1/webhook_endpoints/{id}/rotate_secret`.
public struct WebhookRotation: Hashable, Sendable {
    /// How long the old secret signs beside the new one.
    public var overlapSeconds: Int64

    public init(overlapSeconds: Int64) { self.overlapSeconds = overlapSeconds }

    /// Reads the body; an empty one means a day.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> WebhookRotation {
        guard !body.isEmpty else { return WebhookRotation(overlapSeconds: WebhookLimit.overlap) }
        return try BodyError.reading(try BodyError.parsing(body)) { reader in
            WebhookRotation(
                overlapSeconds: reader.optionalInteger("overlap_seconds", in: 0...WebhookLimit.longestOverlap)
                    ?? WebhookLimit.overlap)
        }
    }
}

/// The body of `POST /v1/webhook_endpoints/{id}/replay`.
public struct WebhookReplay: Hashable, Sendable {
    /// One delivery; nil for all that were given up.
    public var delivery: String?

    public init(delivery: String? = nil) { self.delivery = delivery }

    /// Reads the body; an empty one means everything that was given up.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> WebhookReplay {
        guard !body.isEmpty else { return WebhookReplay() }
        return try BodyError.reading(try BodyError.parsing(body)) { reader in
            WebhookReplay(delivery: reader.optionalString("delivery", max: 64))
        }
    }
}

enum WebhookLimit {
    static let description = 255
    /// Seconds.
    static let overlap: Int64 = 86_400
    static let longestOverlap: Int64 = 7 * 86_400
}

extension ObjectReader {
    fileprivate func webhookURL(_ text: String) -> WebhookURL? {
        switch WebhookURL.read(text) {
        case .success(let url): return url
        case .failure(let fault):
            self.fault(at: "url", fault.detail)
            return nil
        }
    }

    fileprivate func webhookTypes() -> Set<WebhookEventType>? {
        let all = WebhookEventType.allCases
        guard let names = optionalStrings("event_types", count: 0...all.count, max: 64) else { return nil }
        var types: Set<WebhookEventType> = []
        for (index, name) in names.enumerated() {
            if let type = WebhookEventType(rawValue: name) {
                types.insert(type)
            } else {
                faults.add(
                    at: .element(place(of: "event_types"), index),
                    "is no event type; there are: " + all.map(\.rawValue).joined(separator: ", "))
            }
        }
        return types
    }
}
