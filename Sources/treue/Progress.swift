/// How far some work has come, and what that looks like. Pure.
struct Progress: Sendable, Equatable {
    /// One word for the work.
    var title: String
    /// How much is done, what was skipped included.
    var done: Int
    /// How much there is; nil when nobody knows.
    var total: Int?
    /// How much was done before the clock started.
    var skipped = 0
    /// How long it has taken.
    var elapsed: Duration

    /// Pieces a second, what was skipped excluded; 0 while too little time has passed to tell.
    var rate: Double {
        hasRate ? Double(max(0, done - skipped)) / (elapsed / .seconds(1)) : 0
    }

    /// Of the first pieces after microseconds one would say a hundred million a second.
    private var hasRate: Bool { elapsed >= .milliseconds(100) }

    /// Whole seconds left at this rate, rounded up; nil when it cannot be told.
    var secondsLeft: Int? {
        guard let total, rate > 0 else {
            return nil
        }
        return Int(exactly: (Double(max(0, total - done)) / rate).rounded(.up))
    }

    /// What is done in percent, rounded down: 100 only at the end.
    var percent: Int? {
        total.map { total in
            total > 0 ? Int(min(1, Double(max(0, done)) / Double(total)) * 100) : 100
        }
    }

    /// One line of text, such as `import 45 %, 12,345 of 27,000, 4,120/s, 0:04 left`.
    var line: String {
        let share = percent.map { "\(title) \($0) %" } ?? title
        return ([share] + facts).joined(separator: ", ")
    }

    /// One line of JSON; what cannot be told is null.
    var json: String {
        let (total, left) = (total.map(String.init) ?? "null", secondsLeft.map(String.init) ?? "null")
        return #"{"done":\#(done),"total":\#(total),"rate":\#(Int(rate)),"eta_seconds":\#(left)}"#
    }

    /// A line that fits the width, with as long a bar as there is room for; what does not fit goes, the last fact first.
    func render(width: Int) -> String {
        guard let percent else {
            return fitting([title] + facts, width)
        }
        let share = "\(String(repeating: " ", count: 3 - min(3, "\(percent)".count)))\(percent) %"
        let text = fitting([share] + facts, width)
        let room = width - title.count - text.count - 4
        guard room >= 10 else {
            return fitting([title + share] + facts, width)
        }
        let cells = min(room, 40)
        let filled = cells * percent / 100
        return
            "\(title) [\(String(repeating: "#", count: filled))\(String(repeating: "-", count: cells - filled))] \(text)"
    }

    /// What there is to say beside the share.
    private var facts: [String] {
        let amount = total.map { "\(Self.grouped(done)) of \(Self.grouped($0))" } ?? Self.grouped(done)
        let isDone = total.map { done >= $0 } ?? false
        let time =
            isDone || total == nil ? "in \(Self.clock(Int(elapsed.components.seconds)))" : secondsLeft.map(Self.left)
        return [amount] + [hasRate ? "\(Self.grouped(Int(rate)))/s" : nil, time].compactMap(\.self)
    }

    private func fitting(_ parts: [String], _ width: Int) -> String {
        var parts = parts
        while parts.count > 1 && parts.joined(separator: "  ").count > width {
            parts.removeLast()
        }
        return String(parts.joined(separator: "  ").prefix(max(0, width)))
    }

    private static func left(_ seconds: Int) -> String {
        "\(clock(seconds)) left"
    }

    /// `4:07`, or `1:02:03` from an hour on.
    private static func clock(_ seconds: Int) -> String {
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }

    /// Digits in groups of three.
    private static func grouped(_ number: Int) -> String {
        let digits = Array("\(number.magnitude)")
        let groups = stride(from: digits.count % 3, through: digits.count, by: 3).map { end in
            String(digits[max(0, end - 3)..<end])
        }
        return (number < 0 ? "-" : "") + groups.filter { !$0.isEmpty }.joined(separator: ",")
    }
}
