internal import Domain

/// What is known not to exist, by function and qualifier. Bounded: callers choose the names.
struct NegativeCache<Answer: Sendable>: Sendable {
    private var answers: [FunctionID: [Qualifier?: Answer]] = [:]
    private var count = 0

    /// Entries that are kept at most; one more empties the cache, which costs a reading of each name that is still
    /// asked for.
    static var limit: Int { 4_096 }

    /// The answer for a target; `nil` where it is not known to be absent.
    subscript(target: FunctionTarget) -> Answer? {
        get { answers[target.function]?[target.qualifier] }
        set {
            if count >= Self.limit {
                answers = [:]
                count = 0
            }
            if answers[target.function, default: [:]].updateValueIfAny(newValue, forKey: target.qualifier) {
                count += 1
            }
        }
    }

    /// Forgets all entries of a function.
    mutating func forget(_ function: FunctionID) {
        count -= answers.removeValue(forKey: function)?.count ?? 0
    }
}

extension Dictionary {
    /// Sets a value; `true` where there was none for the key.
    fileprivate mutating func updateValueIfAny(_ value: Value?, forKey key: Key) -> Bool {
        value.map { updateValue($0, forKey: key) == nil } ?? false
    }
}
