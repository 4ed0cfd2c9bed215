import ArgumentParser
import EventLog
import Foundation
import Loyalty
import LoyaltyService
import Postgres
import Wire

/// `treue log`
struct Log: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The event log.", subcommands: [Verify.self, Checkpoint.self, Close.self, Tail.self])

    /// `treue log verify`
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recompute every hash chain and check positions and versions, beside live traffic.",
            discussion: """
                Exit code 1 when something was found; each finding names partition and position. With --against, also that \
                nothing before a checkpoint was changed or cut off.
                """)

        @OptionGroup var options: SettingsOptions

        @Option(help: "A file that `treue log checkpoint` printed.")
        var against: String?

        @Option(help: "The key that must have signed it, in hexadecimal digits; else this installation's own.")
        var publicKey: String?

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let signed = try against.map(CheckpointArgument.read)
            let trusted = try publicKey.map(CheckpointArgument.key)
            try await Installation.use(options) { installation in
                let verifier = try CheckpointArgument.verifier(
                    of: installation.log, against: signed,
                    trusting: try trusted ?? installation.keys.checkpointPublicKey)
                let total = try await installation.log.heads(on: installation.client).reduce(0) { $0 + $1.position }
                let bar = ProgressBar("verify", total: Int(total), style: .suited(json: json))
                let result = try await installation.client.withLease { lease in
                    try await verifier.verify(on: lease) { bar.advance(to: Int($0.done)) }
                }
                bar.finish()
                report(result, against: signed)
                guard result.isClean else { throw ExitCode(1) }
            }
        }

        private func report(_ result: LogVerification, against signed: SignedCheckpoint?) {
            guard json else {
                for finding in result.findings { print(finding) }
                if let signed, result.isClean {
                    let time = RFC3339.text(micros: signed.checkpoint.takenAtMicros)
                    print("nothing before the checkpoint of \(time) was changed")
                }
                print(
                    "\(result.events) events, \(result.findings.count)\(result.isTruncated ? " or more" : "") findings")
                return
            }
            print(Output.object { result.write(to: &$0) })
        }
    }

    /// `treue log checkpoint`
    struct Checkpoint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the signed ends of the log, for an auditor to keep elsewhere.",
            discussion: """
                With them `treue log verify --against FILE` proves that nothing before them was changed. The signature is \
                Ed25519 (RFC 8032) by a key that follows from master.key; give the auditor its public half beforehand.
                """)

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Print the public key instead, in hexadecimal digits.")
        var publicKey = false

        func run() async throws {
            try await Installation.use(options) { installation in
                if publicKey {
                    print(try installation.keys.checkpointPublicKey.hexadecimal)
                    return
                }
                let checkpoint = try await installation.log.checkpoint(
                    atMicros: SystemClock.now().micros, on: installation.client)
                let signed = try installation.keys.sign(checkpoint)
                print(Output.object { CheckpointFile.write(signed, to: &$0) })
            }
        }
    }
}

/// A checkpoint as the command line takes it.
private enum CheckpointArgument {
    static func read(_ path: String) throws -> SignedCheckpoint {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Fault(cannot: "--against names \(path), which cannot be read")
        }
        do {
            return try CheckpointFile.read(Array(data))
        } catch {
            throw Fault(cannot: "\(path) is no checkpoint: \(error)")
        }
    }

    static func key(_ text: String) throws -> [UInt8] {
        guard let key = CheckpointFile.bytes(hexadecimal: text), key.count == 32 else {
            throw Fault(
                cannot: "--public-key must be 64 hexadecimal digits, as log checkpoint --public-key prints them")
        }
        return key
    }

    /// - Throws: a fault that is a finding: whoever changed the checkpoint has something to hide.
    static func verifier(
        of log: EventLog, against signed: SignedCheckpoint?, trusting key: [UInt8]
    ) throws -> LogVerifier {
        guard let signed else { return LogVerifier(log: log) }
        do throws(CheckpointFault) {
            return try LogVerifier(log: log, against: try signed.opened(with: key))
        } catch {
            throw Fault(found: error.description)
        }
    }
}
