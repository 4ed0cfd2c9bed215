import Schema
import Wire
import Yams

/// `schema/openapi.yaml`, as values.
struct OpenAPIDocument: Sendable {
    /// One method of one path.
    struct Operation: Sendable {
        /// Such as `/v1/members/{id}`.
        var path: String
        /// In capital letters.
        var method: String
        /// The path item's own parameters, then the operation's.
        var parameters: [JSONValue]
        var value: JSONValue
    }

    struct Unreadable: Error {
        var reason: String
    }

    let root: JSONValue

    init(yaml: [UInt8] = APIDocument.yaml) throws(Unreadable) {
        do {
            guard let node = try Yams.compose(yaml: String(decoding: yaml, as: UTF8.self)) else {
                throw Unreadable(reason: "it is empty")
            }
            root = JSONValue(node)
        } catch {
            throw Unreadable(reason: "\(error)")
        }
    }

    /// What a `$ref` of this document points to; nil where there is nothing.
    func target(of reference: String) -> JSONValue? {
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(Optional(root)) { value, part in
            value?[String(part).replacing("~1", with: "/").replacing("~0", with: "~")]
        }
    }

    /// The value, or what its `$ref` points to.
    func resolved(_ value: JSONValue) -> JSONValue {
        value["$ref"]?.text.flatMap(target(of:)) ?? value
    }

    /// All of them, in the order of the document.
    var operations: [Operation] {
        (root["paths"]?.members ?? []).flatMap { path in
            let shared = path.value["parameters"]?.elements ?? []
            return path.value.members.filter { Self.methods.contains($0.name) }.map { method in
                let own = method.value["parameters"]?.elements ?? []
                return Operation(
                    path: path.name, method: method.name.uppercased(), parameters: (shared + own).map(resolved),
                    value: method.value)
            }
        }
    }

    private static let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]
}
