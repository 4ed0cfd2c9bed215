public import Loyalty

/// Runs the examples of a programme file on the engine itself, without a database or a clock.
public enum ExampleRun {
    /// One thing that came out other than the file says.
    public struct Difference: Sendable, Hashable {
        /// The line of the event or expectation.
        public var line: Int
        /// Such as `on 2019-03-01`.
        public var place: String
        /// What was looked at, such as `points` or `tier`.
        public var what: String
        public var expected: String
        public var actual: String
    }

    /// What became of one example.
    public struct Result: Sendable, Hashable {
        public var example: ProgrammeExample
        /// Empty where all came out as expected.
        public var differences: [Difference]
        /// How many single values were compared.
        public var comparisons: Int

        public var isAsExpected: Bool { differences.isEmpty }
    }

    /// Runs every example of a file, each with a member of its own.
    public static func results(of document: ProgrammeDocument) -> [Result] {
        document.examples.map { result(of: $0, under: document.programme) }
    }

    /// Runs one example.
    public static func result(of example: ProgrammeExample, under programme: Programme) -> Result {
        var till = ExampleTill(programme, for: example)
        var comparison = Comparison(programme: programme)
        for part in example.parts {
            switch part {
            case .step(let step): comparison.compare(step, with: till.deliver(step))
            case .expectation(let expected): comparison.compare(expected, with: till)
            }
        }
        return Result(
            example: example, differences: comparison.differences, comparisons: comparison.count)
    }
}

/// What a step led to.
enum StepResult {
    case decided(Decision)
    case refused(Rejection)
    case failed(String)
}

/// One member with everything recorded about them, served as a server would: it looks up what a decision needs.
struct ExampleTill {
    let programme: Programme
    private(set) var log: [DatedEvent]
    private var state: MemberState

    init(_ programme: Programme, for example: ProgrammeExample) {
        var first: Instant?
        for case .step(let step) in example.parts { first = min(first ?? step.at, step.at) }
        let at = example.member.enrolledAt ?? first ?? programme.versions[programme.versions.count - 1].from
        self.programme = programme
        log = [
            programme.enrolment(
                at: at, language: .english, birthday: example.member.birthday, referredBy: example.member.referredBy)
        ]
        state = programme.newcomer(
            at: at, language: .english, birthday: example.member.birthday, referredBy: example.member.referredBy)
    }

    mutating func deliver(_ step: ProgrammeExample.Step) -> StepResult {
        do throws(Refusal) {
            var decision = try decide(step)
            let count = log.count
            DatedEvent.identify(&decision.events) { "by-itself-\(count)-\($0)" }
            log += decision.events
            state = decision.state
            return .decided(decision)
        } catch .rejected(let rejection) {
            return .refused(rejection)
        } catch {
            return .failed("\(error)")
        }
    }

    /// Answers what a decision asks for, as often as it asks.
    private func decide(_ step: ProgrammeExample.Step) throws(Refusal) -> Decision {
        var known = Known()
        if case .purchase(let purchase) = step.command { know(.order(purchase.order), &known) }
        while true {
            do throws(Refusal) {
                return try programme.decide(step.command, at: step.at, for: state, known: known)
            } catch .needs(.subject(let subject)) where known.subjects[subject] == nil {
                know(subject, &known)
            } catch .needs(.history) where known.history == nil {
                known.history = log
            } catch .needs(.budgets(let budgets)) where known.budgets.isEmpty {
                for budget in budgets { known.budgets[budget] = used(of: budget) }
            }
        }
    }

    /// An example has one member, who has every budget alone.
    private func used(of budget: Budget) -> Int64 {
        log.flatMap { $0.event.draws(under: programme.id) }.reduce(0) { $1.budget == budget ? $0 + $1.points : $0 }
    }

    private func know(_ subject: Subject, _ known: inout Known) {
        known.subjects[subject] = log.filter { $0.event.subject == subject }
    }

    /// The member as they stood then, by everything made known so far.
    func state(asOf instant: Instant) throws(LoyaltyFault) -> MemberState {
        try programme.state(of: log, asOf: instant)
    }
}

extension ExampleRun.Result {
    /// The differences, for people: the example, and below it what was expected and what came out.
    public func report(of file: String) -> String {
        var lines = ["\(file):\(example.line): \(example.name)"]
        for difference in differences {
            lines.append("  \(file):\(difference.line): \(difference.place)")
            lines.append("    \(difference.what)")
            lines.append("      expected  \(difference.expected)")
            lines.append("      actual    \(difference.actual)")
        }
        return lines.joined(separator: "\n")
    }
}
