import Foundation
import LoyaltyService
import Wire

/// What an import did.
struct ImportReport: Sendable {
    /// A line that was refused.
    struct Problem: Sendable {
        var line: Int
        var code: String
        var detail: String
    }

    var accepted = 0
    var duplicates = 0
    var refusals = 0
    /// The first ones.
    var problems: [Problem] = []

    static let mostProblems = 50

    mutating func refuse(line: Int, code: String, _ detail: String) {
        refusals += 1
        if problems.count < ImportReport.mostProblems {
            problems.append(Problem(line: line, code: code, detail: detail))
        }
    }
}

/// Reads lines in pieces and records each piece as a whole, in order: members keep the order of the file.
struct Importer {
    let service: LoyaltyService
    let lines: LineSource
    let progress: @Sendable (Int) -> Void

    private static let piece = 1_000
    /// How often a piece is sent again while the database is out of reach, with a growing pause: some minutes in all.
    private static let mostTries = 12

    func run() async throws -> ImportReport {
        var report = ImportReport()
        while true {
            let piece = try lines.next(Importer.piece)
            guard !piece.isEmpty else { return report }
            try await record(piece, into: &report)
            progress(lines.lineNumber)
        }
    }

    private func record(_ piece: [(number: Int, bytes: [UInt8])], into report: inout ImportReport) async throws {
        var numbers: [Int] = []
        var events: [IncomingEvent] = []
        for (number, bytes) in piece {
            do throws(BodyError) {
                events.append(try CloudEventReader.read(bytes))
                numbers.append(number)
            } catch {
                let (code, detail) = error.told
                report.refuse(line: number, code: code, detail)
            }
        }
        for (number, result) in zip(numbers, try await patiently(events)) {
            switch result {
            case .success(let answer) where answer.status == .accepted: report.accepted += 1
            case .success: report.duplicates += 1
            case .failure(let error):
                let faults = error.faults.map { "\($0.pointer) \($0.detail)" }.joined(separator: "; ")
                report.refuse(line: number, code: error.code, faults.isEmpty ? error.detail : faults)
            }
        }
    }

    /// Records, and waits out a database that restarts. What had been recorded counts as accepted by the first try.
    private func patiently(_ events: [IncomingEvent]) async throws -> [Result<EventAnswer, ServiceError>] {
        var answers = await service.record(events, receivedAt: SystemClock.now())
        for attempt in 0..<Importer.mostTries where answers.contains(where: \.mayComeBack) {
            try await Task.sleep(for: .milliseconds(100 << min(attempt, 8)))
            answers = await service.record(events, receivedAt: SystemClock.now())
        }
        if answers.contains(where: \.mayComeBack) {
            throw Fault(cannot: "the database cannot be reached; run the same import again and it goes on")
        }
        return answers
    }
}

extension Result<EventAnswer, ServiceError> {
    /// Whether the same request may succeed later.
    fileprivate var mayComeBack: Bool {
        if case .failure(let error) = self { error.status == 503 } else { false }
    }
}

extension BodyError {
    /// Code and sentence.
    fileprivate var told: (code: String, detail: String) {
        switch self {
        case .unreadable(let error): ("unreadable_body", "\(error)")
        case .invalid(let faults):
            ("validation_failed", faults.map { "\($0.pointer) \($0.detail)" }.joined(separator: "; "))
        }
    }
}
