/// Suggests the known word closest to a mistyped one.
enum Suggestion {
    /// The closest known word within an edit distance of a third of its letters (at least one), or of which `word` is
    /// a prefix; `nil` for none.
    static func closest(to word: String, among known: [String]) -> String? {
        let near = known.map { (word: $0, distance: distance(word, $0)) }
            .filter { $0.distance <= max(1, $0.word.count / 3) || (word.count > 2 && $0.word.hasPrefix(word)) }
        return near.min { $0.distance < $1.distance }?.word
    }

    /// The edit distance: insertions, deletions, substitutions and adjacent swaps (optimal string alignment).
    static func distance(_ first: String, _ second: String) -> Int {
        let first = Array(first)
        let second = Array(second)
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for row in first.indices {
            var current = [row + 1]
            for column in second.indices {
                let replaced = last[column] + (first[row] == second[column] ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[second.count]
    }
}
