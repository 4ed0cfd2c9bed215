/// The report as one page: charts and tables, without anything from outside.
extension SimulationReport {
    public var html: String {
        let months = months
        var body = "<h1>\(HTMLText.escaped(programme)): history judged by a draft</h1>"
        body += "<p>\(HTMLText.escaped(sentence))</p>"
        let wallets = Set(months.rows.map { $0[1].told }).sorted()
        for wallet in wallets {
            let rows = months.rows.filter { $0[1].told == wallet }
            body += "<h2>\(HTMLText.escaped(wallet))</h2>"
            for (figure, title) in Self.charts { body += chart(figure, title, rows, months.columns) }
        }
        let parts: [(String, ReportTable)] = [
            ("Totals", totals), ("Members by tier", tiers), ("Members who win and lose most", named),
            ("Left out under the draft", omissions), ("By month", months),
        ]
        for (title, table) in parts where !table.rows.isEmpty {
            body += "<h2>\(title)</h2>" + Self.table(table)
        }
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>\(HTMLText.escaped(programme)): draft beside today</title><style>\(Self.style)</style></head>
            <body>\(body)</body></html>

            """
    }

    /// What was asked, and what came of it, in one sentence.
    public var sentence: String {
        let begin = from.map { "from \($0) " } ?? ""
        return "The draft \(begin)up to \(to): \(HTMLText.grouped(members)) members with "
            + "\(HTMLText.grouped(events)) events; \(HTMLText.grouped(unchanged)) stand as they do, "
            + "\(HTMLText.grouped(winning)) win and \(HTMLText.grouped(losing)) lose points."
    }

    private static let charts = [
        ("issued", "Points issued"), ("redeemed_value", "Value redeemed, minor units"),
        ("outstanding", "Points outstanding"), ("expected_breakage", "Expected breakage, points"),
    ]

    private func chart(
        _ figure: String, _ title: String, _ rows: [[ReportTable.Value]], _ columns: [String]
    ) -> String {
        let series = [("today", "today"), ("draft", "draft")].compactMap { side, name -> LineChart.Series? in
            guard let column = columns.firstIndex(of: "\(figure)_\(side)") else { return nil }
            return LineChart.Series(name: name, style: side, values: rows.map { $0[column].number })
        }
        let chart = LineChart(title: title, labels: rows.map { $0[0].told }, series: series)
        return "<figure><figcaption>\(HTMLText.escaped(title))</figcaption>\(chart.svg)</figure>"
    }

    private static func table(_ table: ReportTable) -> String {
        let head = table.columns.map { "<th>\(HTMLText.escaped($0.replacing("_", with: " ")))</th>" }.joined()
        let rows = table.rows.map { row in
            "<tr>"
                + row.map { value in
                    if case .text = value { return "<td>\(HTMLText.escaped(value.told))</td>" }
                    return "<td class=\"number\">\(value.told)</td>"
                }.joined() + "</tr>"
        }
        return "<div class=\"wide\"><table><thead><tr>\(head)</tr></thead><tbody>\(rows.joined())</tbody></table></div>"
    }

    private static let style = """
        body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#1c1c1c}
        figure{display:inline-block;width:min(100%,520px);margin:0 8px 16px 0}figcaption{font-weight:600}
        svg{width:100%;height:auto}.grid{stroke:#ddd}.axis{text-anchor:end}.month{text-anchor:middle}
        text{font-size:11px;fill:#444}polyline{fill:none}.today{stroke:#777;stroke-width:2}
        .draft{stroke:#b0205a;stroke-width:2}circle.today{fill:#777}circle.draft{fill:#b0205a}
        .wide{overflow-x:auto}table{border-collapse:collapse;font-size:13px}
        th,td{padding:3px 9px;border-bottom:1px solid #e4e4e4;text-align:left;white-space:nowrap}
        .number{text-align:right;font-variant-numeric:tabular-nums}
        """
}

extension ReportTable.Value {
    /// For people.
    var told: String {
        switch self {
        case .text(let text): text
        case .integer(let number): HTMLText.grouped(number)
        case .null: ""
        }
    }
}

extension ReportTable {
    /// For a terminal: columns in line, numbers to the right.
    public var aligned: String {
        let cells = [columns] + rows.map { $0.map(\.told) }
        let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        let isNumber = columns.indices.map { column in
            rows.allSatisfy { if case .text = $0[column] { false } else { true } }
        }
        return cells.map { row in
            let line = row.indices.map { column in
                let blank = String(repeating: " ", count: widths[column] - row[column].count)
                return isNumber[column] ? blank + row[column] : row[column] + blank
            }.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    /// These columns alone, in this order.
    public func only(_ wanted: [String]) -> ReportTable {
        let places = wanted.compactMap { columns.firstIndex(of: $0) }
        return ReportTable(columns: places.map { columns[$0] }, rows: rows.map { row in places.map { row[$0] } })
    }
}
