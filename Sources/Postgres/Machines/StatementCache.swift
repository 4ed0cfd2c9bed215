/// What one connection has prepared, by text and parameter types.
struct StatementCache {
    struct Key: Hashable, Sendable {
        let sql: String
        let types: [UInt32]
    }

    /// Beyond this many texts a connection prepares no more and runs statements unnamed, so that SQL made on the
    /// fly cannot fill the server's memory.
    let limit: Int
    private var names: [Key: String] = [:]
    private var created = 0

    init(limit: Int) {
        self.limit = limit
    }

    enum Lookup: Equatable {
        case prepared(String)
        /// To be prepared under a name that this connection never used before.
        case fresh(String)
        case full
    }

    mutating func lookUp(_ key: Key) -> Lookup {
        if let name = names[key] { return .prepared(name) }
        guard names.count < limit else { return .full }
        created += 1
        let name = "t\(created)"
        names[key] = name
        return .fresh(name)
    }

    /// Forgets a name; a newer one under the same key stays.
    mutating func forget(_ key: Key, name: String) {
        if names[key] == name { names[key] = nil }
    }

    /// A new connection knows nothing.
    mutating func reset() {
        names = [:]
    }
}
