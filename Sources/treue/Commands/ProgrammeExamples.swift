import ArgumentParser
import Loyalty
import Wire

/// `treue programme examples`
struct ProgrammeExamples: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "examples", abstract: "Print a programme file's examples as JSON, with events ready to be posted.",
        discussion: """
            What a checkout reports is a CloudEvent, as POST /v1/events takes it, of the member `example-` and the \
            example's line. What is asked for at the counter, such as a redemption, is named alone: a server dates it \
            with its own clock.
            """)

    @Argument(help: "A YAML or JSON file.")
    var file: String

    func run() async throws {
        let text = try Programmes.text(of: file)
        let document: ProgrammeDocument
        do throws(ProgrammeFileError) {
            document = try ProgrammeFile.document(text, name: file)
        } catch {
            for fault in error.faults { print("\(file):\(fault.line):\(fault.column): \(fault.message)") }
            throw ExitCode(1)
        }
        print(
            Output.object { writer in
                writer.member("programme", document.programme.id)
                writer.member("enrolment", document.programme.enrolment.rawValue)
                writer.array("examples", of: document.examples) { $0.example($1) }
            })
    }
}

extension JSONWriter {
    fileprivate mutating func example(_ example: ProgrammeExample) {
        member("name", example.name)
        member("line", Int64(example.line))
        member("external_id", "example-\(example.line)")
        optionalMember("enrolled_at", example.member.enrolledAt.map { RFC3339.text(micros: $0.micros) })
        optionalMember("referred_by", example.member.referredBy)
        // The year is nobody's business.
        optionalMember(
            "birthday", example.member.birthday.map { CivilDate(year: 2000, month: $0.month, day: $0.day).description })
        array("parts", of: example.parts) { writer, part in
            switch part {
            case .expectation(let expected): writer.expectation(expected)
            case .step(let step): writer.step(step, of: example)
            }
        }
    }

    private mutating func step(_ step: ProgrammeExample.Step, of example: ProgrammeExample) {
        member("line", Int64(step.line))
        optionalMember("earns", step.answer.earns)
        optionalMember("refused", step.answer.refused?.rawValue)
        let type: String
        switch step.command {
        case .purchase: type = "purchase.completed"
        case .purchaseReturn: type = "purchase.returned"
        case .activity: type = "activity.completed"
        default:
            member("act", step.label)
            return
        }
        key("event")
        beginObject()
        member("specversion", "1.0")
        member("id", "line-\(step.line)")
        member("source", "example")
        member("type", type)
        member("time", timeMicros: step.at.micros)
        key("data")
        beginObject()
        key("member")
        beginObject()
        member("external_id", "example-\(example.line)")
        endObject()
        data(step.command)
        endObject()
        endObject()
    }

    private mutating func data(_ command: Command) {
        switch command {
        case .purchase(let purchase):
            member("order_id", purchase.order.id)
            member("currency", purchase.currency)
            lines(purchase.lines)
            optionalMember("channel", purchase.channel)
            optionalMember("store", purchase.store)
            optionalMember("partner", purchase.partner)
            optionalMember("redemption_id", purchase.redemptionID)
            if !purchase.couponCodes.isEmpty { strings("coupon_codes", purchase.couponCodes) }
        case .purchaseReturn(let goods):
            optionalMember("order_id", goods.order?.id)
            member("return_id", goods.returnID)
            member("currency", goods.currency)
            switch goods.goods {
            case .lines(let lines): self.lines(lines)
            case .amount(let amount): member("amount", amount)
            }
        case .activity(let activity):
            member("activity", activity.name)
            optionalMember("reference", activity.reference)
            optionalMember("value", activity.value)
        default: break
        }
    }

    private mutating func lines(_ lines: [Line]) {
        array("lines", of: lines) { writer, line in
            writer.member("sku", line.sku)
            writer.member("quantity", line.quantity)
            writer.member("unit_price", line.unitPrice)
            if line.discount > 0 { writer.member("discount", line.discount) }
            if !line.categories.isEmpty { writer.strings("categories", line.categories) }
            writer.optionalMember("brand", line.brand)
        }
    }

    private mutating func strings(_ name: StaticString, _ texts: [String]) {
        key(name)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    private mutating func expectation(_ expected: ProgrammeExample.Expectation) {
        member("line", Int64(expected.line))
        member("expected_at", timeMicros: expected.at.micros)
        key("wallets")
        beginObject()
        for (id, points) in expected.wallets.sorted(by: { $0.key < $1.key }) {
            key(named: id)
            beginObject()
            optionalMember("available", points.available)
            optionalMember("pending", points.pending)
            optionalMember("reserved", points.reserved)
            endObject()
        }
        endObject()
        optionalMember("tier", expected.tier)
        if let until = expected.validUntil { member("valid_until", until?.description ?? "forever") }
        key("qualifying")
        beginObject()
        for (metric, value) in expected.qualifying.sorted(by: { $0.key < $1.key }) {
            key(named: metric)
            integer(value)
        }
        endObject()
    }
}
