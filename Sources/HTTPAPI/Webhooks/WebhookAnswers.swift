import HTTPTypes
import Loyalty
import LoyaltyService
import Wire

extension FreshWebhookEndpoint {
    /// The only answer that shows a secret.
    func answer(status: HTTPResponse.Status, at now: Instant) -> KeptAnswer {
        var writer = JSONWriter(reserving: 512)
        writer.webhookEndpoint(endpoint, at: now, secret: secret)
        let location = status == .created ? "/v1/webhook_endpoints/\(UUIDText.text(endpoint.id))" : nil
        return KeptAnswer(status: status.code, location: location, body: writer.bytes)
    }
}

extension JSONWriter {
    /// An endpoint; its secret only where it was just made.
    mutating func webhookEndpoint(
        _ endpoint: WebhookEndpoint, at now: Instant, secret: WebhookSecret? = nil
    ) {
        beginObject()
        member("id", endpoint.id)
        member("url", endpoint.url)
        nullableMember("description", endpoint.description)
        key("event_types")
        beginArray()
        for type in endpoint.types { string(type.rawValue) }
        endArray()
        member("enabled", endpoint.isEnabled)
        nullableMember("disabled_reason", endpoint.disabledReason)
        member("circuit", endpoint.circuit(at: now).rawValue)
        nullableTime("open_until", endpoint.openUntil)
        nullableTime("failing_since", endpoint.failingSince)
        nullableTime("last_success_at", endpoint.lastSuccessAt)
        nullableTime("previous_secret_until", endpoint.previousSecretUntil)
        member("created_at", timeMicros: endpoint.createdAt.micros)
        member("updated_at", timeMicros: endpoint.updatedAt.micros)
        if let secret { member("secret", secret.text) }
        endObject()
    }

    /// One message for an endpoint.
    mutating func webhookDelivery(_ delivery: WebhookDelivery) {
        beginObject()
        member("id", delivery.id)
        member("webhook_id", delivery.messageID)
        member("type", delivery.type)
        member("member_id", delivery.memberID)
        member("state", delivery.state.rawValue)
        member("attempts", Int64(delivery.attempts))
        member("created_at", timeMicros: delivery.createdAt.micros)
        nullableTime("next_attempt_at", delivery.nextAttemptAt)
        nullableTime("finished_at", delivery.finishedAt)
        nullableMember("last_status", delivery.lastStatus.map(Int64.init))
        nullableMember("last_error", delivery.lastError)
        endObject()
    }

    private mutating func nullableTime(_ name: StaticString, _ time: Instant?) {
        if let time { member(name, timeMicros: time.micros) } else { nullMember(name) }
    }
}
