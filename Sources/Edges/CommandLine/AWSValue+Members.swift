internal import AWSProtocol

extension AWSValue {
    /// A string member; empty when missing.
    func text(_ name: String) -> String {
        if case .string(let text)? = self[name] { text } else { "" }
    }

    /// A numeric member; 0 when missing.
    func number(_ name: String) -> Double {
        switch self[name] {
        case .integer(let number)?: Double(number)
        case .double(let number)?: number
        default: 0
        }
    }

    /// A list member; empty when missing.
    func values(_ name: String) -> [AWSValue] {
        if case .list(let values)? = self[name] { values } else { [] }
    }

    /// Whether a member is `true`.
    func isTrue(_ name: String) -> Bool { self[name] == .boolean(true) }
}
