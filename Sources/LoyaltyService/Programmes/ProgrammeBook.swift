import EventLog
public import Loyalty
public import Postgres
import Synchronization
import Wire

/// The programmes that are published, as this process knows them.
public final class ProgrammeBook: Sendable {
    private let programmes: Mutex<[Programme]>
    /// How many versions were published when last looked.
    private let count = Mutex<Int64?>(nil)

    /// - Parameter programmes: in the order in which they were first published, never empty.
    public init(_ programmes: [Programme]) {
        precondition(!programmes.isEmpty, "a server has a programme")
        self.programmes = Mutex(programmes)
    }

    /// The first that was published: members join it where they name none.
    public var standard: Programme { programmes.withLock { $0[0] } }

    public var all: [Programme] { programmes.withLock(\.self) }

    /// nil where no programme of that id is published.
    public subscript(id: String) -> Programme? { programmes.withLock { $0.first { $0.id == id } } }

    /// Others are published now; what is published stays.
    public func replace(with programmes: [Programme]) {
        guard !programmes.isEmpty else { return }
        self.programmes.withLock { $0 = programmes }
    }

    /// Whether another number of versions is published than when last asked.
    func noteCount(_ now: Int64) -> Bool {
        count.withLock { last in
            defer { last = now }
            return last != now
        }
    }

    /// The newest document of every programme, in the order in which they were first published.
    public static func published(on client: PostgresClient) async throws -> [Programme] {
        let all = try await ProgrammeStore().all(on: client)
        var ids: [String] = []
        for row in all where !ids.contains(row.id) { ids.append(row.id) }
        return try ids.compactMap { id in
            try all.filter { $0.id == id }.max { $0.version < $1.version }.map { newest in
                try ProgrammeFile.read(newest.document, name: "programme \(newest.id) version \(newest.version)")
            }
        }
    }
}
