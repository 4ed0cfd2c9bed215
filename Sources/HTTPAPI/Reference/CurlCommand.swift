import Wire

/// A request of the document as a command to paste, where `$URL` is the server and `$KEY` an API key.
struct CurlCommand {
    let operation: OpenAPIDocument.Operation
    var mediaType: String?
    var body: JSONValue?

    var text: String {
        var lines = ["curl -sS \"$URL\(path)\(query)\""]
        if operation.value["security"] == nil { lines.append("-H \"Authorization: Bearer $KEY\"") }
        if let mediaType { lines.append("-H 'Content-Type: \(mediaType)'") }
        if let body { lines.append("-d '\(body.pretty(width: 80).replacing("'", with: "'\\''"))'") }
        return lines.joined(separator: " \\\n  ")
    }

    private var path: String {
        parameters(in: "path").reduce(operation.path) { path, parameter in
            path.replacing("{\(parameter.name)}", with: parameter.example)
        }
    }

    private var query: String {
        let pairs = parameters(in: "query").map { "\($0.name)=\($0.example)" }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }

    /// Those that have an example.
    private func parameters(in place: String) -> [(name: String, example: String)] {
        operation.parameters.filter { $0["in"]?.text == place }.compactMap { parameter in
            guard let name = parameter["name"]?.text,
                let example = parameter["example"]?.text ?? parameter["examples"]?.members.first?.value["value"]?.text
            else { return nil }
            return (name, example)
        }
    }
}
