import SeededRandom

@testable import AWSProtocol

extension SeededGenerator {
    /// A value of the schema's kind, with every member sometimes absent; constraints are not heeded.
    mutating func value(of schema: Schema, depth: Int = 0) -> AWSValue {
        switch schema.kind {
        case .boolean: return .boolean(.random(using: &self))
        case .integer: return .integer(Int64(Int32.random(in: .min ... .max, using: &self)))
        case .long: return .integer(.random(in: .min ... .max, using: &self))
        case .double: return .double(.random(in: -1e6...1e6, using: &self))
        case .string, .document: return .string(schema.allowedValues.randomElement(using: &self) ?? text())
        case .blob:
            return .blob(
                (0..<Int.random(in: 0...9, using: &self)).map { _ in .random(in: .min ... .max, using: &self) })
        case .timestamp: return .timestamp(Double(Int.random(in: -1_000_000_000...4_000_000_000, using: &self)) / 8)
        case .list(let element):
            let element = element()
            return .list((0..<size(depth)).map { _ in value(of: element, depth: depth + 1) })
        case .map(_, let target):
            let target = target()
            let entries = (0..<size(depth)).map { ("k\($0)", value(of: target, depth: depth + 1)) }
            return .structure(Dictionary(entries) { first, _ in first })
        case .structure(let members):
            var values: [String: AWSValue] = [:]
            for member in members where member.isRequired || Int.random(in: 0..<3, using: &self) > 0 {
                values[member.name] = value(of: member.schema, depth: depth + 1)
            }
            return .structure(values)
        }
    }

    private mutating func size(_ depth: Int) -> Int {
        depth > 4 ? 0 : .random(in: 0...2, using: &self)
    }

    private mutating func text() -> String {
        let letters = Array("aZ09-_:/.\\\"\n\t\u{01} é漢😀$[]{}%+&=?")
        return String(
            (0..<Int.random(in: 1...12, using: &self)).compactMap { _ in letters.randomElement(using: &self) })
    }
}

extension AWSValue {
    /// The value with moments rounded to the milliseconds that the wire has.
    var onTheWire: AWSValue {
        switch self {
        case .timestamp(let seconds): .timestamp((seconds * 1000).rounded() / 1000)
        case .list(let values): .list(values.map(\.onTheWire))
        case .structure(let members): .structure(members.mapValues(\.onTheWire))
        default: self
        }
    }
}
