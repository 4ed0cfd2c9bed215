import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite("Logins: SCRAM, TLS, several hosts", .timeLimit(.minutes(3)))
struct LoginTests {
    @Test("SCRAM over TCP: the right password opens, a wrong one is refused in words")
    func scram() async throws {
        let port = try freePort()
        let server = try await ThrowawayPostgres.start(
            configuration: ["password_encryption = 'scram-sha-256'"],
            hba: ["host all all 127.0.0.1/32 scram-sha-256"], port: port)
        let superuser = server.superuserURL(for: "postgres")
        _ = try await server.query("CREATE ROLE member LOGIN PASSWORD 'päss word'", at: superuser)
        let url = "host=127.0.0.1 port=\(port) dbname=postgres user=member"
        try await withClient("\(url) password='päss word'") { client in
            let rows = try await client.query("SELECT session_user::text")
            #expect(try rows[0].text(0) == "member")
        }
        let error = await failure { try await withClient("\(url) password=wrong") { _ in } }
        #expect(error?.code == .connectionFailed)
        #expect(error?.message.contains("password authentication failed") == true)
        try await server.stop()
    }

    @Test("TLS with a verified certificate, large results and COPY through it")
    func tls() async throws {
        let port = try freePort()
        let folder = "/tmp/treue-tls-test-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try makeCertificate(in: folder)
        let server = try await ThrowawayPostgres.start(hba: ["hostssl all all 127.0.0.1/32 trust"], port: port)
        let superuser = server.superuserURL(for: "postgres")
        // The server reads its key as its own user, from its own folder.
        for file in ["server.crt", "server.key"] {
            let content = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            try install(content, as: "\(server.dataDirectory)/\(file)", like: server.dataDirectory)
        }
        _ = try await server.query("ALTER SYSTEM SET ssl = on", at: superuser)
        try await server.restart()
        let url = "host=127.0.0.1 port=\(port) dbname=postgres user=treue sslmode=verify-full"
        try await withClient("\(url) sslrootcert=\(folder)/server.crt", { $0.readLanes = 1 }) { client in
            let version = try await client.query(
                "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            #expect(try version[0].bool(0))
            try await withThrowingTaskGroup(of: Int.self) { group in
                let text = String(repeating: "t", count: 300_000)
                for _ in 0..<32 {
                    group.addTask { try await client.query("SELECT $1 || $1", [.text(text)])[0].bytes(0).count }
                }
                for try await length in group { #expect(length == 600_000) }
            }
            try await client.withLease { lease in
                var length = 0
                try await lease.copyOut("COPY (SELECT repeat('z', 999) FROM generate_series(1, 20000)) TO STDOUT") {
                    length += $0.count
                }
                #expect(length == 20_000_000)
            }
        }
        let refused = await failure { try await withClient("\(url) sslrootcert=/nowhere") { _ in } }
        #expect(refused?.code == .connectionFailed)
        try await server.stop()
    }

    @Test("of several hosts the first that lives is used, and the one that allows writing")
    func severalHosts() async throws {
        let port = try freePort()
        let dead = try freePort()
        let server = try await ThrowawayPostgres.start(port: port)
        let url = "postgresql://treue@127.0.0.1:\(dead),127.0.0.1:\(port)/postgres?target_session_attrs=read-write"
        try await withClient(url) { client in
            let rows = try await client.query("SELECT inet_server_port()")
            #expect(try rows[0].int4(0) == Int32(port))
        }
        try await server.stop()
    }

    private func install(_ content: String, as path: String, like folder: String) throws {
        try content.write(toFile: path, atomically: false, encoding: .utf8)
        var status = stat()
        guard stat(folder, &status) == 0, chown(path, status.st_uid, status.st_gid) == 0, chmod(path, 0o600) == 0
        else {
            throw PostgresError(.connectionFailed, "\(path): \(String(cString: strerror(errno)))")
        }
    }

    private func makeCertificate(in folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "\(folder)/server.key",
            "-out", "\(folder)/server.crt",
        ]
        openssl.standardError = FileHandle.nullDevice
        openssl.standardInput = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        #expect(openssl.terminationStatus == 0)
    }

    /// A TCP port that nobody uses just now.
    private func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw PostgresError(.connectionFailed, "no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
