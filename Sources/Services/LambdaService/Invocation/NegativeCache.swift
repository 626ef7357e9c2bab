internal import Domain

/// Answers for targets that do not exist, by function and qualifier. Bounded: callers choose the names.
struct NegativeCache<Answer: Sendable>: Sendable {
    private var answers: [FunctionID: [Qualifier?: Answer]] = [:]
    private var count = 0

    /// The highest number of entries. One more empties the cache, which costs one read for each name that is used
    /// again.
    static var limit: Int { 4_096 }

    /// The answer for a target; `nil` where it is not known to be absent.
    func answer(for target: FunctionTarget) -> Answer? { answers[target.function]?[target.qualifier] }

    /// Keeps the answer for a target.
    mutating func insert(_ answer: Answer, for target: FunctionTarget) {
        if count >= Self.limit {
            answers = [:]
            count = 0
        }
        let previous = answers[target.function, default: [:]].updateValue(answer, forKey: target.qualifier)
        if previous == nil { count += 1 }
    }

    /// Removes all entries of a function.
    mutating func forget(_ function: FunctionID) {
        count -= answers.removeValue(forKey: function)?.count ?? 0
    }
}
