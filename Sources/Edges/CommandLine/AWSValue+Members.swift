internal import AWSProtocol

extension AWSValue {
    /// The text of a member; empty where there is none.
    func text(_ name: String) -> String {
        if case .string(let text)? = self[name] { text } else { "" }
    }

    /// The number of a member; 0 where there is none.
    func number(_ name: String) -> Double {
        switch self[name] {
        case .integer(let number)?: Double(number)
        case .double(let number)?: number
        default: 0
        }
    }

    /// The values of a member that is a list; empty where there is none.
    func values(_ name: String) -> [AWSValue] {
        if case .list(let values)? = self[name] { values } else { [] }
    }

    /// Whether a member is true.
    func isTrue(_ name: String) -> Bool { self[name] == .boolean(true) }
}
