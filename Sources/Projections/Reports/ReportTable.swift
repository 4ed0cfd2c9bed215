public import Wire

/// A report: rows of named columns, as JSON or as a table for a spreadsheet.
public struct ReportTable: Sendable, Equatable {
    public enum Value: Sendable, Hashable {
        case text(String)
        case integer(Int64)
        /// There is nothing to tell: a rate of nothing, for instance.
        case null
    }

    public var columns: [String]
    public var rows: [[Value]]

    public init(columns: [String], rows: [[Value]] = []) { (self.columns, self.rows) = (columns, rows) }

    /// The value in a row's column.
    public func value(_ column: String, in row: Int) -> Value? {
        guard let index = columns.firstIndex(of: column), rows.indices.contains(row) else { return nil }
        return rows[row][index]
    }

    /// An array of objects.
    public func write(to writer: inout JSONWriter) {
        writer.beginArray()
        for row in rows {
            writer.beginObject()
            for (column, value) in zip(columns, row) {
                writer.key(named: column)
                switch value {
                case .text(let text): writer.string(text)
                case .integer(let number): writer.integer(number)
                case .null: writer.null()
                }
            }
            writer.endObject()
        }
        writer.endArray()
    }

    /// RFC 4180, with a line of names.
    public var csv: String {
        ([columns.map(Self.quoted)] + rows.map { $0.map(Self.field) })
            .map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    private static func field(_ value: Value) -> String {
        switch value {
        case .text(let text): quoted(text)
        case .integer(let number): String(number)
        case .null: ""
        }
    }

    /// A text that a spreadsheet would take for a formula gets an apostrophe.
    private static func quoted(_ text: String) -> String {
        let text = text.first.map { "=+-@\t\r".contains($0) } == true ? "'" + text : text
        guard text.contains(where: { ",\"\r\n".contains($0) || $0 == "\r\n" }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
