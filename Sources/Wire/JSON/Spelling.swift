/// Finds the name somebody probably meant.
enum Spelling {
    private static let longestName = 40

    /// The known name within edit distance 2 (and closer than half the word), or nil.
    static func suggestion(for name: String, among known: [String]) -> String? {
        let typed = Array(name.lowercased().utf8.prefix(longestName + 1))
        guard typed.count <= longestName else { return nil }
        let tolerance = min(2, (typed.count - 1) / 2)
        var best: (name: String, distance: Int)?
        for candidate in known {
            let distance = distance(typed, Array(candidate.utf8), atMost: tolerance)
            if distance <= tolerance, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Insertions, deletions, substitutions and swaps of neighbours; anything beyond the bound counts as bound + 1.
    private static func distance(_ left: [UInt8], _ right: [UInt8], atMost bound: Int) -> Int {
        guard abs(left.count - right.count) <= bound, !left.isEmpty, !right.isEmpty else { return bound + 1 }
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let same = left[row - 1] == right[column - 1]
                var cost = min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + (same ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    cost = min(cost, beforePrevious[column - 2] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }

    /// ` did you mean "…"?` with its own punctuation, or nothing.
    static func hint(for name: String, among known: [String]) -> String {
        suggestion(for: name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
    }
}
