import ArgumentParser
import EventLog
import Foundation
import Loyalty
import LoyaltyService
import Postgres
import Webhooks
import Wire

/// `treue listen`
struct Listen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print what happens while it happens, and forward it as signed webhooks to a local port.",
        discussion: """
            Works without an endpoint being registered: for whoever writes a receiver. What is forwarded is what an endpoint would be \
            sent, signed by the secret that is printed at the start; it is sent once, and not kept.
            """)

    @OptionGroup var options: SettingsOptions

    @Option(help: "A URL that is posted each webhook, such as http://127.0.0.1:3000/treue.")
    var forwardTo: String?

    @Option(help: "Sign by this secret (whsec_…) instead of a new one.")
    var secret: String?

    @Option(help: "Only these types, separated by commas, such as points.earned,tier.reached.")
    var events: String?

    @Flag(help: "Print the webhooks' bodies, one JSON object a line.")
    var json = false

    func run() async throws {
        let types = try wanted()
        let secret = try chosenSecret()
        if let forwardTo, case .failure(let fault) = WebhookURL.read(forwardTo) {
            throw Fault(cannot: "--forward-to \(fault.detail)")
        }
        let (forwardTo, json) = (forwardTo, json)
        try await Installation.use(options) { installation in
            var configuration = installation.webhooks
            // Whoever calls the command chose the address.
            configuration.allowsPrivateNetwork = true
            let channel = HTTPWebhookTransport(configuration: configuration).channel()
            let log = installation.log
            if forwardTo != nil { Fault.tell("signing by \(secret.text)") }
            Fault.tell("listening; Ctrl-C ends")
            let heads = try await log.heads(on: installation.client)
            try await LogWatch(client: installation.client, log: log).run(from: heads) { events in
                for message in events.flatMap({ WebhookMessages.of($0, in: log) }) where types.contains(message.type) {
                    var line = json ? message.text : message.line
                    if let forwardTo {
                        let answer = await channel.post(message.request(to: forwardTo, signedBy: secret))
                        if !json { line += "  \(answer.told)" }
                    }
                    EventLine.write(line)
                }
            }
            await channel.close()
        }
    }

    private func wanted() throws -> Set<WebhookEventType> {
        guard let events else { return Set(WebhookEventType.allCases) }
        return Set(
            try events.split(separator: ",").map { name in
                guard let type = WebhookEventType(rawValue: String(name)) else {
                    let all = WebhookEventType.allCases.map(\.rawValue).joined(separator: ", ")
                    throw Fault(cannot: "--events names \(name); there are: \(all)")
                }
                return type
            })
    }

    private func chosenSecret() throws -> WebhookSecret {
        guard let secret else { return .random() }
        guard let read = WebhookSecret(secret) else {
            throw Fault(cannot: "--secret must be whsec_ and 16 to 64 bytes in base64")
        }
        return read
    }
}

/// One webhook on its way to a terminal or a local port.
private struct ForwardedMessage {
    var id: String
    var type: WebhookEventType
    var member: UUID
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var line: String { "\(type.rawValue)  \(UUIDText.text(member))  \(id)" }

    func request(to url: String, signedBy secret: WebhookSecret) -> WebhookRequest {
        WebhookRequest(
            messageID: id, body: body, url: url, secrets: [secret], seconds: SystemClock.now().micros / 1_000_000,
            traceparent: WebhookEnvelope.traceparent(in: body))
    }
}

private enum WebhookMessages {
    /// What an endpoint would be sent; nothing for an event that cannot be read, which a server would stop before.
    static func of(_ event: RecordedEvent, in log: EventLog) -> [ForwardedMessage] {
        let envelopes = (try? WebhookConsumer.envelopes(of: event)) ?? []
        return envelopes.map { envelope in
            ForwardedMessage(
                id: envelope.id, type: envelope.type, member: envelope.member,
                body: envelope.body(source: WebhookConsumer.source(of: log)))
        }
    }
}

extension WebhookAnswer {
    fileprivate var told: String {
        switch self {
        case .status(let status, _): "\(status)"
        case .failure(let text): text
        }
    }
}
