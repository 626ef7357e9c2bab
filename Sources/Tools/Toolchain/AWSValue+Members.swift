package import AWSProtocol

extension AWSValue {
    /// A text; `nil` where it is missing or empty.
    package func string(_ name: String) -> String? {
        if case .string(let text)? = self[name], !text.isEmpty { text } else { nil }
    }

    /// A whole number; `nil` where it is missing.
    package func integer(_ name: String) -> Int? {
        switch self[name] {
        case .integer(let number)?: Int(exactly: number)
        case .double(let number)?: Int(exactly: number.rounded())
        default: nil
        }
    }

    /// A list; empty where it is missing.
    package func elements(_ name: String) -> [AWSValue] {
        if case .list(let values)? = self[name] { values } else { [] }
    }

    /// The layers of a function's settings, by ARN, in order.
    var layerARNs: [String] { elements("Layers").compactMap { $0.string("Arn") } }

    /// The texts of a list; empty where it is missing.
    package func strings(_ name: String) -> [String] {
        elements(name).compactMap { if case .string(let text) = $0 { text } else { nil } }
    }
}
