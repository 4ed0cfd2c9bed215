import EventLog
import Logging
import Loyalty
import Postgres
import Projections

extension LoyaltyService {
    /// Keeps the reports up with the log until ``OperationRunner/shutdown()``, or until the task is cancelled; several servers
    /// may do so, one at a time follows for each report. Rows that another version of the code wrote stand still, and a
    /// rebuild is begun that replaces them.
    public func followReports() async {
        let followers = catalogue.reports.map { report in
            LogFollower(
                report, client: client, log: log, window: window, logger: logger,
                clock: { [clock] in clock().micros })
        }
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for (report, follower) in zip(catalogue.reports, followers) {
                    group.addTask {
                        await self.register(report)
                        await follower.run()
                    }
                }
            }
        } onCancel: {
            for follower in followers { follower.shutdown() }
        }
    }

    /// Makes the report known, as soon as the database answers.
    private func register(_ report: any ReportFollowing) async {
        while !Task.isCancelled {
            do {
                try await report.register()
                guard try await report.needsRebuild() else { return }
                logger.notice(
                    "the rows of a report are another version's: rebuilding", metadata: ["report": "\(report.name)"])
                _ = try await rebuild(projection: report.name, idempotencyKey: nil, at: clock()) { _ in
                    KeptAnswer(status: 202, body: [])
                }
                return
            } catch let error as ServiceError where error.code == "operation_underway" {
                return
            } catch {
                logger.warning("a report cannot be followed yet", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}
