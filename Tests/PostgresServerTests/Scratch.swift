import Foundation
import Logging
import PostgresServer

/// A data directory of a test's own, removed with the object.
final class Scratch: Sendable {
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let root: String
    let path: String
    let systemFolder: String

    /// - Parameters:
    ///   - below: folders between the scratch folder and the data directory.
    ///   - closing: one of them, which others than its owner shall not enter.
    init(below folders: String = "", closing closed: String? = nil) throws {
        root = "/tmp/treue-cluster-\(getpid())-\(UInt32.random(in: 0...(.max)))"
        let parent = folders.isEmpty ? root : "\(root)/\(folders)"
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        if let closed {
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: "\(root)/\(closed)")
        }
        path = "\(parent)/.treue"
        systemFolder = "\(root)/system"
    }

    deinit {
        if let instance = try? instance() {
            try? instance.stop(mode: "immediate")
        }
        try? FileManager.default.removeItem(atPath: root)
    }

    func cluster() -> PrivateCluster {
        PrivateCluster(dataDirectory: path, systemFolder: systemFolder, logger: Self.logger)
    }

    /// The cluster without those who share it.
    func instance() throws -> ClusterInstance {
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(path)/postgres")
        let home = link ?? "\(path)/postgres"
        return ClusterInstance(programs: try .find(), account: try .choose(for: home), home: home)
    }

    var process: Int32? { try? instance().process }

    func ask(_ sql: String, _ url: String) throws -> String {
        try instance().query(sql, at: url)
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
    }

    func permissions(_ name: String) -> Int? {
        Self.permissions("\(path)/\(name)")
    }

    static func permissions(_ path: String) -> Int? {
        try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
