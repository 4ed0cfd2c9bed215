import Wire

/// Tells a JSON Schema in words and tables.
struct SchemaOutline {
    let document: OpenAPIDocument

    /// A table of the members of an object; empty for what is none.
    func table(_ schema: JSONValue) -> HTML {
        let required = schema["required"]?.elements.compactMap(\.text) ?? []
        var rows = (schema["properties"]?.members ?? []).map { member in
            row(member.name, member.value, isRequired: required.contains(member.name))
        }
        rows += (schema["patternProperties"]?.members ?? []).map { row("others", $0.value, isRequired: false) }
        if let others = schema["additionalProperties"], others["$ref"] != nil {
            rows.append(row("others", others, isRequired: false))
        }
        return rows.isEmpty ? "" : "<table>\(rows)</table>"
    }

    private func row(_ name: String, _ schema: JSONValue, isRequired: Bool) -> HTML {
        let mark: HTML = isRequired ? " <b title=\"required\">*</b>" : ""
        return """
            <tr><th scope="row"><code>\(name)</code>\(mark)</th>\
            <td class="type">\(type(schema))</td><td>\(words(schema))\(parts(schema))</td></tr>

            """
    }

    /// Its own description, or that of what it refers to.
    func words(_ schema: JSONValue) -> HTML {
        HTML.prose((schema["description"] ?? document.resolved(schema)["description"])?.text)
    }

    /// The tables of what is described on the spot.
    func parts(_ schema: JSONValue) -> HTML {
        if schema["$ref"] != nil { return "" }
        var html = table(schema)
        if let items = schema["items"] { html += parts(items) }
        for choice in choices(schema) where choice["$ref"] == nil { html += parts(choice) }
        return html
    }

    private func choices(_ schema: JSONValue) -> [JSONValue] {
        (schema["oneOf"] ?? schema["anyOf"])?.elements ?? []
    }

    /// Such as "string, 1 to 254 characters".
    func type(_ schema: JSONValue) -> HTML {
        if let reference = schema["$ref"]?.text { return link(reference) }
        if let const = schema["const"] { return "<code>\(const.compact)</code>" }
        if let words = schema["enum"]?.elements {
            return HTML.joined(words.map { word -> HTML in "<code>\(word.text ?? word.compact)</code>" }, by: ", ")
        }
        let choices = choices(schema)
        if !choices.isEmpty { return HTML.joined(choices.map(choice), by: " or ") }
        if let items = schema["items"] { return "array of \(type(items))\(HTML.line(size(schema, "elements")))" }
        return "\(names(schema))\(HTML.line(bounds(schema)))"
    }

    private func choice(_ schema: JSONValue) -> HTML {
        if let title = schema["title"]?.text { return "\(title)" }
        return schema["type"] == nil && schema["$ref"] == nil ? "anything" : type(schema)
    }

    private func names(_ schema: JSONValue) -> String {
        let type = schema["type"]
        let names = type?.text.map { [$0] } ?? type?.elements.compactMap(\.text) ?? ["anything"]
        let format = schema["format"]?.text.map { " (\($0))" } ?? ""
        return names.joined(separator: " or ") + format
    }

    private func bounds(_ schema: JSONValue) -> String {
        var text = size(schema, "characters")
        switch (schema["minimum"], schema["maximum"]) {
        case (.integer(let least)?, .integer(.max)?) where least > .min: text += ", from \(least)"
        case (.integer(let least)?, .integer(let most)?) where least > .min: text += ", \(least) to \(most)"
        case (.integer(let least)?, nil): text += ", from \(least)"
        default: break
        }
        if let value = schema["default"] { text += ", `\(value.compact)` where absent" }
        if let pattern = schema["pattern"]?.text, !pattern.contains("\\u00") { text += ", `\(pattern)`" }
        return text
    }

    private func size(_ schema: JSONValue, _ what: String) -> String {
        switch (schema["minLength"] ?? schema["minItems"], schema["maxLength"] ?? schema["maxItems"]) {
        case (.integer(let least)?, .integer(let most)?): ", \(least) to \(most) \(what)"
        case (nil, .integer(let most)?): ", up to \(most) \(what)"
        default: ""
        }
    }

    private func link(_ reference: String) -> HTML {
        let name = reference.split(separator: "/").last.map(String.init) ?? reference
        return "<a href=\"#schema-\(name)\">\(name)</a>"
    }
}
