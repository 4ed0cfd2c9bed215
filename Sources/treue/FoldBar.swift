import Projections
import Synchronization
import Wire

/// Shows how far a fold of the log is.
enum FoldBar {
    /// Runs work under a bar that begins with what an earlier run had done.
    static func show<Result: Sendable>(
        _ title: String, json: Bool,
        _ work: (_ tell: @escaping @Sendable (FoldProgress) async -> Void) async throws -> Result
    ) async throws -> Result {
        let bar = LateBar()
        let result = try await work { progress in bar.advance(progress, title: title, json: json) }
        bar.finish()
        return result
    }

    static func report(_ rebuilt: Rebuilt, of name: String, json: Bool, _ verb: String) {
        if json {
            print(Output.object { rebuilt.write(to: &$0) })
        } else {
            let what = name == AccountProjection.name ? "members" : "figures"
            print("\(verb) \(rebuilt.rows) \(what) from \(rebuilt.events) events")
        }
    }

    /// A bar that is made when the first number is known.
    private final class LateBar: Sendable {
        private let bar = Mutex<ProgressBar?>(nil)

        func advance(_ progress: FoldProgress, title: String, json: Bool) {
            let bar = self.bar.withLock { bar in
                if let bar { return bar }
                let new = ProgressBar(
                    title, total: Int(progress.total), skipped: Int(progress.skipped), style: .suited(json: json))
                bar = new
                return new
            }
            bar.advance(to: Int(progress.done))
        }

        func finish() { bar.withLock { $0 }?.finish() }
    }
}
