import Foundation
public import Loyalty
import Projections
public import Wire

extension LoyaltyService {
    /// Begins to judge history by a draft, once for one idempotency key: nothing is written but the operation's result.
    ///
    /// - Parameter answer: what the caller is told, and told again when the request is repeated.
    /// - Throws: `programme_not_found`, `programme_invalid` with every fault, `programme_fixed`, `operation_underway`.
    public func simulate(
        _ body: SimulationBody, of id: String, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        guard let live = programmes[id] else { throw .programmeNotFound }
        do {
            let draft = try ProgrammeFile.read(body.document, name: "the draft")
            let pace = SimulationPace { [weak self] in (self?.depth ?? 0) > LoyaltyService.busyDepth }
            let simulation = try HistorySimulation(
                client: client, log: log, live: live,
                order: SimulationOrder(draft: draft, from: body.from, to: body.to, top: body.top), pace: pace)
            return try await begin(
                "programme.simulate", of: id, idempotencyKey, content: body.canonical, at: now, answer
            ) { tell in
                let report = try await simulation.run(now: now, progress: tell)
                return JSONWriter.object { report.write(to: &$0) }
            }
        } catch let error as ProgrammeFileError {
            throw ServiceError(error)
        } catch let fault as SimulationFault {
            throw ServiceError(fault)
        } catch {
            throw translated(error)
        }
    }

    /// Commands that wait or are under way before a simulation gives way.
    private static let busyDepth = 32
}

extension ServiceError {
    fileprivate init(_ fault: SimulationFault) {
        switch fault {
        case .otherProgramme(let id): self = .programmeIDDiffers(id)
        case .otherFrame:
            self.init(
                code: "programme_fixed", status: 409, title: "The programme's frame is final",
                detail: "Time zone and currencies of a published programme cannot change, in a draft neither.")
        case .endsBeforeItBegins:
            self.init(
                code: "validation_failed", status: 422, title: "The simulation ends before it begins",
                detail: "`to` lies before `from`.",
                faults: [Fault(pointer: "/to", detail: "must not lie before `from`")])
        }
    }
}
