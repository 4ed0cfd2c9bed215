import Crypto
public import EventLog
import Foundation
import Postgres

/// The secrets of one installation, all derived from a master key that never enters the database. Servers of one
/// database share it.
public struct KeyRing: Sendable {
    private let wrapping: SymmetricKey
    private let identifiers: SymmetricKey
    private let apiKeys: SymmetricKey
    private let requests: SymmetricKey
    /// Seed of the key that signs checkpoints of the log.
    private let checkpoints: SymmetricKey
    /// Seals answers that are kept for repeats.
    let answers: SymmetricKey

    /// - Parameter master: 32 random bytes.
    public init(master: [UInt8]) {
        func derive(_ purpose: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: master), info: Array("treue/\(purpose)/1".utf8),
                outputByteCount: 32)
        }
        (wrapping, identifiers, apiKeys) = (derive("wrap"), derive("identifier"), derive("api-key"))
        (requests, answers) = (derive("request"), derive("answer"))
        checkpoints = derive("log-checkpoint")
    }

    /// What the database knows of a card, e-mail or external id. Keyed: a plain hash of an e-mail address reveals it.
    func hash(identifier value: String, kind: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array("\(kind):\(value)".utf8), using: identifiers))
    }

    /// What the database knows of an API key.
    func hash(apiKey: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(apiKey.utf8), using: apiKeys))
    }

    /// What the log knows of a request that may come again, and of its content.
    func hash(request: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: request, using: requests))
    }

    /// Seals a text under a fresh key of its own; answers the key, itself sealed under the master key, and the text.
    func seal(_ plain: [UInt8], for member: UUID) throws -> (dataKey: [UInt8], sealed: [UInt8]) {
        let key = SymmetricKey(size: .bits256)
        let wrapped = try key.withUnsafeBytes { try seal(Array($0), under: wrapping, for: member) }
        return (wrapped, try seal(plain, under: key, for: member))
    }

    /// Seals another text under a member's own key.
    func seal(_ plain: [UInt8], dataKey: [UInt8], for member: UUID) throws -> [UInt8] {
        try seal(plain, under: SymmetricKey(data: try open(dataKey, under: wrapping, for: member)), for: member)
    }

    /// Opens what ``seal(_:for:)`` made.
    ///
    /// - Throws: ``Mismatch`` when another master key made it, or somebody changed it.
    func open(_ sealed: [UInt8], dataKey: [UInt8], for member: UUID) throws(Mismatch) -> [UInt8] {
        do {
            let key = SymmetricKey(data: try open(dataKey, under: wrapping, for: member))
            return try open(sealed, under: key, for: member)
        } catch {
            throw Mismatch(member: member)
        }
    }

    /// What is sealed does not open.
    struct Mismatch: Error, CustomStringConvertible {
        var member: UUID
        var description: String {
            "the data of member \(member.uuidString.lowercased()) does not open: it was sealed under another master key, "
                + "or was changed; every server of a database needs the same master.key"
        }
    }

    // The member's id is authenticated along, so that rows cannot change places.
    private func seal(_ plain: [UInt8], under key: SymmetricKey, for member: UUID) throws -> [UInt8] {
        let box = try AES.GCM.seal(plain, using: key, authenticating: Array(member.uuidString.utf8))
        return box.combined.map(Array.init) ?? []
    }

    private func open(_ sealed: [UInt8], under key: SymmetricKey, for member: UUID) throws -> [UInt8] {
        let box = try AES.GCM.SealedBox(combined: sealed)
        return Array(try AES.GCM.open(box, using: key, authenticating: Array(member.uuidString.utf8)))
    }
}

extension KeyRing {
    /// Signs checkpoints of the log. All servers of a database have the same one, because it follows from the master key.
    var checkpointKey: Curve25519.Signing.PrivateKey {
        get throws {
            try checkpoints.withUnsafeBytes { try Curve25519.Signing.PrivateKey(rawRepresentation: Data($0)) }
        }
    }

    /// What an auditor pins: the public half, 32 bytes.
    public var checkpointPublicKey: [UInt8] {
        get throws { Array(try checkpointKey.publicKey.rawRepresentation) }
    }

    /// Vouches for a checkpoint.
    public func sign(_ checkpoint: LogCheckpoint) throws -> SignedCheckpoint {
        try SignedCheckpoint(signing: checkpoint, with: checkpointKey)
    }
}

extension KeyRing {
    /// Whether this is the key ring of that database. A server with another one would find nobody by card or e-mail, and
    /// enrol everybody a second time: to be asked before it starts.
    ///
    /// - Throws: ``MasterKeyFile/Fault`` when a member's data does not open; `PostgresError`.
    public func check(against log: EventLog, on connection: some PostgresQuerying) async throws {
        let rows = try await connection.query("SELECT member_id FROM treue.member LIMIT 1", [])
        guard let member = try rows.first?.uuid(0) else { return }
        for row in try await MemberVault(log: log).rows(of: [member], on: connection) {
            do throws(Mismatch) {
                _ = try open(row.sealed.profile, dataKey: row.sealed.dataKey, for: member)
            } catch {
                throw MasterKeyFile.Fault(description: "\(error); restore the file from your backup")
            }
        }
    }
}

/// The master key's file.
public enum MasterKeyFile {
    /// Why it cannot be used, and the mend.
    public struct Fault: Error, CustomStringConvertible {
        public var description: String
    }

    /// Reads `master.key` of a data directory (64 hexadecimal digits), or makes it, readable by its owner alone.
    /// Several processes may do so at once: the first one's file stays.
    public static func load(directory: String) throws -> KeyRing {
        let path = directory + "/master.key"
        if let text = try? String(contentsOfFile: path, encoding: .utf8) { return try ring(text, path: path) }
        let fresh = SymmetricKey(size: .bits256).withUnsafeBytes { bytes in
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\n"
        }
        let draft = path + ".\(ProcessInfo.processInfo.processIdentifier)"
        guard
            FileManager.default.createFile(
                atPath: draft, contents: Data(fresh.utf8), attributes: [.posixPermissions: 0o600])
        else { throw Fault(description: "cannot write \(path); make the folder writable or set TREUE_DATA_DIR") }
        // A hard link is made only where no file is: whoever comes second reads the first one's key.
        try? FileManager.default.linkItem(atPath: draft, toPath: path)
        try? FileManager.default.removeItem(atPath: draft)
        return try ring(try String(contentsOfFile: path, encoding: .utf8), path: path)
    }

    private static func ring(_ text: String, path: String) throws -> KeyRing {
        let digits = Array(text.utf8).filter { $0 > 0x20 }
        var master: [UInt8] = []
        for index in stride(from: 0, to: digits.count - 1, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else { break }
            master.append(byte)
        }
        guard digits.count == 64, master.count == 32 else {
            throw Fault(description: "\(path) does not hold 64 hexadecimal digits; restore it from your backup")
        }
        return KeyRing(master: master)
    }
}
