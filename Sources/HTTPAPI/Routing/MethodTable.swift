import HTTPTypes
import Hummingbird

/// Which methods each path knows, to tell a wrong method from a wrong path.
struct MethodTable: Sendable {
    private struct Entry: Sendable {
        let components: [RouterPath.Element]
        let method: HTTPRequest.Method
    }

    private let entries: [Entry]

    init(of routes: [Router<APIContext>.RouteDescription]) {
        entries = routes.map { Entry(components: $0.path.components, method: $0.method) }
    }

    /// How many routes begin with this component.
    func count(below first: String) -> Int {
        entries.filter { $0.components.first.map { $0 ~= first } ?? false }.count
    }

    /// The methods of a path, sorted; empty where there is no such path.
    func methods(of path: String) -> [String] {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        var found: Set<String> = []
        for entry in entries where entry.components.count == parts.count {
            guard zip(entry.components, parts).allSatisfy({ $0 ~= $1 }) else { continue }
            found.insert(entry.method.rawValue)
            if entry.method == .get { found.insert("HEAD") }
        }
        return found.sorted()
    }
}
