/// A piece of a page. Text that comes in is escaped; only literals of this program are markup.
struct HTML: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var markup: String

        init(literalCapacity: Int, interpolationCount: Int) { markup = "" }

        mutating func appendLiteral(_ literal: String) { markup += literal }

        mutating func appendInterpolation(_ text: String) { markup += HTML.escaped(text) }

        mutating func appendInterpolation(_ html: HTML) { markup += html.markup }

        mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { markup += part.markup } }
    }

    private(set) var markup: String

    init(stringLiteral value: String) { markup = value }

    init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

    private init(markup: String) { self.markup = markup }

    /// Markup of this program's own.
    static func trusted(_ markup: String) -> HTML { HTML(markup: markup) }

    static func += (a: inout HTML, b: HTML) { a.markup += b.markup }

    var isEmpty: Bool { markup.isEmpty }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    /// What stands between two pieces.
    static func joined(_ parts: [HTML], by separator: HTML) -> HTML {
        HTML(markup: parts.map(\.markup).joined(separator: separator.markup))
    }

    /// The Markdown of the document's descriptions: paragraphs, lists, `code` and **strong**.
    static func prose(_ text: String?) -> HTML {
        let blocks = (text ?? "").split(separator: "\n\n").map { $0.split(separator: "\n").map(String.init) }
        return joined(blocks.map(block), by: "\n")
    }

    private static func block(_ lines: [String]) -> HTML {
        guard lines.first?.hasPrefix("- ") == true else { return "<p>\(line(lines.joined(separator: " ")))</p>" }
        var items: [String] = []
        for line in lines {
            if line.hasPrefix("- ") {
                items.append(String(line.dropFirst(2)))
            } else if let last = items.popLast() {
                items.append(last + " " + line.drop { $0 == " " })
            }
        }
        return "<ul>\(items.map { item -> HTML in "<li>\(line(item))</li>" })</ul>"
    }

    /// `code` and **strong** within a line.
    static func line(_ text: String) -> HTML {
        var html: HTML = ""
        for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            html += index.isMultiple(of: 2) ? strong(String(part)) : "<code>\(String(part))</code>"
        }
        return html
    }

    private static func strong(_ text: String) -> HTML {
        var html: HTML = ""
        for (index, part) in text.split(separator: "**").enumerated() {
            html +=
                index.isMultiple(of: 2) == !text.hasPrefix("**")
                ? "\(String(part))" : "<strong>\(String(part))</strong>"
        }
        return html
    }
}
