import Wire

/// One operation on the page.
struct OperationSection {
    let document: OpenAPIDocument
    let operation: OpenAPIDocument.Operation

    private var outline: SchemaOutline { SchemaOutline(document: document) }
    private var value: JSONValue { operation.value }

    /// The fragment of the page's address.
    static func anchor(of operation: OpenAPIDocument.Operation) -> String {
        operation.value["operationId"]?.text ?? operation.path
    }

    func html() -> HTML {
        """
        <section id="\(Self.anchor(of: operation))">
        <h3>\(value["summary"]?.text ?? "")</h3>
        <p class="route"><b>\(operation.method)</b> <code>\(operation.path)</code>\(lock)</p>
        \(HTML.prose(value["description"]?.text))
        \(parameters)
        \(body)
        <h4>Answers</h4>
        \((value["responses"]?.members ?? []).map(answer))
        </section>

        """
    }

    private var isOpen: Bool { value["security"]?.elements.isEmpty == true && value["security"] != nil }

    private var lock: HTML { isOpen ? " <span class=\"open\">open without a key</span>" : "" }

    private var parameters: HTML {
        guard !operation.parameters.isEmpty else { return "" }
        let rows = operation.parameters.map { parameter -> HTML in
            let schema = parameter["schema"] ?? .null
            let isRequired = parameter["required"] == .bool(true)
            let mark: HTML = isRequired ? " <b title=\"required\">*</b>" : ""
            return """
                <tr><th scope="row"><code>\(parameter["name"]?.text ?? "")</code>\(mark)</th>\
                <td class="type">\(parameter["in"]?.text ?? ""): \(outline.type(schema))</td>\
                <td>\(HTML.prose(parameter["description"]?.text))</td></tr>

                """
        }
        return "<h4>Parameters</h4><table>\(rows)</table>"
    }

    private var body: HTML {
        let contents = value["requestBody"]?["content"]?.members ?? []
        let command: HTML = contents.isEmpty ? "<pre>\(CurlCommand(operation: operation).text)</pre>" : ""
        return "\(contents.map(content))\(command)"
    }

    private func content(_ content: JSONMember) -> HTML {
        let examples = (content.value["examples"]?.members ?? []).map { member -> HTML in
            let example = document.resolved(member.value)
            let curl = CurlCommand(operation: operation, mediaType: content.name, body: example["value"])
            return """
                <details><summary>\(example["summary"]?.text ?? member.name)</summary>
                \(HTML.prose(example["description"]?.text))<pre>\(curl.text)</pre></details>

                """
        }
        return """
            <h4>Body <code>\(content.name)</code></h4>
            <p>\(outline.type(content.value["schema"] ?? .null))</p>
            \(examples)

            """
    }

    private func answer(_ member: JSONMember) -> HTML {
        let answer = document.resolved(member.value)
        let lines = (answer["description"]?.text ?? "").split(separator: "\n")
        let isShort = lines.count == 1
        let heading: HTML = isShort ? " \(HTML.line(lines.first.map(String.init) ?? ""))" : codes(answer)
        return """
            <details><summary><b class="s\(member.name.prefix(1).description)">\(member.name)</b>\(heading)</summary>
            \(isShort ? "" : HTML.prose(answer["description"]?.text))
            \(headers(answer))
            \((answer["content"]?.members ?? []).map(answerContent))
            </details>

            """
    }

    /// The codes of a problem, for the line that is always seen.
    private func codes(_ answer: JSONValue) -> HTML {
        let schema = answer["content"]?["application/problem+json"]?["schema"]
        let codes = (schema?["allOf"]?.elements ?? []).compactMap { $0["properties"]?["code"] }
        return " \(codes.map(outline.type))"
    }

    private func headers(_ answer: JSONValue) -> HTML {
        let rows = (answer["headers"]?.members ?? []).map { member -> HTML in
            "<tr><th scope=\"row\"><code>\(member.name)</code></th><td>\(outline.words(member.value))</td></tr>"
        }
        return rows.isEmpty ? "" : "<table>\(rows)</table>"
    }

    private func answerContent(_ content: JSONMember) -> HTML {
        let schema = content.value["schema"] ?? .null
        let isProblem = content.name == "application/problem+json"
        var html: HTML =
            isProblem ? "" : "<p><code>\(content.name)</code> \(outline.type(schema))</p>\(outline.parts(schema))"
        if let example = content.value["example"] { html += "<pre>\(example.text ?? example.pretty())</pre>" }
        for member in content.value["examples"]?.members ?? [] {
            let example = document.resolved(member.value)
            if let summary = example["summary"]?.text { html += "<p class=\"caption\">\(summary)</p>" }
            html += "<pre>\((example["value"] ?? .null).pretty(width: 80))</pre>"
        }
        return html
    }
}
