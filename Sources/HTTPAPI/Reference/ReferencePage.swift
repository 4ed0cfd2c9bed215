import Crypto
import Foundation
import Wire

/// The OpenAPI document as one HTML page: no scripts, nothing loaded from anywhere.
struct ReferencePage {
    let document: OpenAPIDocument

    /// Allows the page its own style and nothing else.
    static let contentSecurityPolicy: String = {
        let hash = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
        return
            "default-src 'none'; style-src 'sha256-\(hash)'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }()

    var html: String {
        let info = document.root["info"]
        let title = info?["title"]?.text ?? ""
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(title) API</title>
            <style>\(HTML.trusted(Self.style))</style>
            </head>
            <body>
            <nav aria-label="Contents">\(contents)</nav>
            <main>
            <h1>\(title) API</h1>
            <p class="lead">\(info?["summary"]?.text ?? "")</p>
            \(HTML.prose(info?["description"]?.text))
            <p>This page is made of <a href="/openapi.yaml">/openapi.yaml</a>. Its commands want the server and a key:</p>
            <pre>URL=http://127.0.0.1:8080
            KEY=treue_…</pre>
            \(keys)
            \(tags)
            \(schemas)
            </main>
            </body>
            </html>

            """
        return page.markup
    }

    private var contents: HTML {
        let groups = groups.map { tag, operations -> HTML in
            let items = operations.map { operation -> HTML in
                "<li><a href=\"#\(OperationSection.anchor(of: operation))\">\(operation.value["summary"]?.text ?? "")</a></li>"
            }
            return "<h2>\(tag["name"]?.text ?? "")</h2><ul>\(items)</ul>"
        }
        let names = schemaMembers.map { member -> HTML in
            "<li><a href=\"#schema-\(member.name)\">\(member.name)</a></li>"
        }
        return "\(groups)<h2>Schemas</h2><ul>\(names)</ul>"
    }

    /// The operations of each tag, in the order of the tags.
    private var groups: [(tag: JSONValue, operations: [OpenAPIDocument.Operation])] {
        let operations = document.operations
        return (document.root["tags"]?.elements ?? []).map { tag in
            (tag, operations.filter { $0.value["tags"]?.elements.first == tag["name"] })
        }
    }

    private var schemaMembers: [JSONMember] { document.root["components"]?["schemas"]?.members ?? [] }

    private var keys: HTML {
        let schemes = document.root["components"]?["securitySchemes"]?.members ?? []
        return "<h2>Keys</h2>\(schemes.map { HTML.prose($0.value["description"]?.text) })"
    }

    private var tags: HTML {
        let sections = groups.map { tag, operations -> HTML in
            """
            <h2>\(tag["name"]?.text ?? "")</h2>
            \(HTML.prose(tag["description"]?.text))
            \(operations.map { OperationSection(document: document, operation: $0).html() })

            """
        }
        return "\(sections)"
    }

    private var schemas: HTML {
        let outline = SchemaOutline(document: document)
        let sections = schemaMembers.map { member -> HTML in
            let isObject = member.value["properties"] != nil
            let type: HTML = isObject ? "" : "<p>\(outline.type(member.value))</p>"
            return """
                <section id="schema-\(member.name)">
                <h3>\(member.name)</h3>
                \(outline.words(member.value))
                \(type)
                \(outline.parts(member.value))
                </section>

                """
        }
        return "<h2>Schemas</h2><p>What is marked with <b>*</b> is required.</p>\(sections)"
    }
}
