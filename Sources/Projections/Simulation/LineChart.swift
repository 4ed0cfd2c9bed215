/// Two or more lines over months, as SVG that needs nothing else.
struct LineChart {
    struct Series {
        var name: String
        /// The style's class.
        var style: String
        var values: [Int64]
    }

    var title: String
    /// One for each value.
    var labels: [String]
    var series: [Series]

    private static let (width, height) = (680, 220)
    /// Room for numbers on the left, labels below, the legend above.
    private static let (left, right, top, bottom) = (96, 12, 30, 26)

    var svg: String {
        let values = series.flatMap(\.values)
        let (low, high) = (min(0, values.min() ?? 0), max(1, values.max() ?? 1))
        var parts = [
            "<svg viewBox=\"0 0 \(Self.width) \(Self.height)\" role=\"img\" aria-label=\"\(HTMLText.escaped(title))\">"
        ]
        let quarters = (0...4).map { quarter in
            Int64(clamping: Int128(low) + (Int128(high) - Int128(low)) * Int128(quarter) / 4)
        }
        // Of small numbers several quarters are the same.
        for value in Set(quarters).sorted() {
            let y = y(value, low, high)
            parts.append(
                "<line class=\"grid\" x1=\"\(Self.left)\" x2=\"\(Self.width - Self.right)\" y1=\"\(y)\" y2=\"\(y)\"/>")
            parts.append("<text class=\"axis\" x=\"\(Self.left - 6)\" y=\"\(y + 4)\">\(HTMLText.grouped(value))</text>")
        }
        parts += monthLabels
        for (number, line) in series.enumerated() {
            let points = line.values.enumerated().map { "\(x($0.offset)),\(y($0.element, low, high))" }
            if points.count == 1, let only = line.values.first {
                parts.append("<circle class=\"\(line.style)\" cx=\"\(x(0))\" cy=\"\(y(only, low, high))\" r=\"3\"/>")
            }
            parts.append("<polyline class=\"\(line.style)\" points=\"\(points.joined(separator: " "))\"/>")
            let legend = Self.left + number * 150
            parts.append("<line class=\"\(line.style)\" x1=\"\(legend)\" x2=\"\(legend + 24)\" y1=\"14\" y2=\"14\"/>")
            parts.append("<text class=\"legend\" x=\"\(legend + 30)\" y=\"18\">\(HTMLText.escaped(line.name))</text>")
        }
        return parts.joined() + "</svg>"
    }

    /// The first, the last, and at most ten between.
    private var monthLabels: [String] {
        let step = max(1, labels.count / 10)
        return labels.indices.filter { $0 % step == 0 }.map { index in
            "<text class=\"month\" x=\"\(x(index))\" y=\"\(Self.height - 8)\">\(HTMLText.escaped(labels[index]))</text>"
        }
    }

    private func x(_ index: Int) -> Int {
        Self.left + 10 + (Self.width - Self.left - Self.right - 30) * index / max(1, labels.count - 1)
    }

    private func y(_ value: Int64, _ low: Int64, _ high: Int64) -> Int {
        let room = Int128(Self.height - Self.top - Self.bottom)
        let part = (Int128(value) - Int128(low)) * room / max(1, Int128(high) - Int128(low))
        return Self.height - Self.bottom - Int(part)
    }
}

/// Text in a page.
enum HTMLText {
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    /// Such as `-12,345`.
    static func grouped(_ number: Int64) -> String {
        let digits = String(number.magnitude)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return number < 0 ? "-\(grouped)" : grouped
    }
}
