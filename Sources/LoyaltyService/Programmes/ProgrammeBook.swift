public import Loyalty
import Synchronization

/// The programmes that are published, as this process knows them.
public final class ProgrammeBook: Sendable {
    private let programmes: Mutex<[Programme]>

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
}
