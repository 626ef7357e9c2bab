import SeededRandom
import Testing

@testable import TOML

@Suite struct TOMLFuzzTests {
    private static let seeds: [UInt64] = Array(1...200)

    @Test(arguments: seeds) func `a document of random values is read as it was written`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (text, values) = random.document()
        let document = try TOMLDocument(Array(text.utf8))
        #expect(document.entries.map(\.value) == values, "seed \(seed)")
    }

    @Test(arguments: seeds) func `a damaged document is read or refused inside its text`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = Array(random.document().text.utf8)
        for _ in 0..<100 {
            let damaged = random.mutated(bytes)
            let lines = damaged.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            do throws(TOMLError) { _ = try TOMLDocument(damaged) } catch {
                #expect(lines.indices.contains(error.position.line - 1), "seed \(seed): \(error)")
                guard lines.indices.contains(error.position.line - 1) else { continue }
                let columns = 1...lines[error.position.line - 1].count + 1
                #expect(columns.contains(error.position.column), "seed \(seed): \(error)")
            }
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func document() -> (text: String, values: [TOMLValue]) {
        var lines: [String] = []
        var values: [TOMLValue] = []
        for table in 0..<Int.random(in: 0...4, using: &self) {
            if table > 0 {
                lines.append(["[t\(table)]", "[ t\(table) . 'x y' ] # note"].randomElement(using: &self) ?? "")
            }
            for key in 0..<Int.random(in: 0...6, using: &self) {
                let value = value(depth: 0)
                values.append(value)
                lines.append(["k\(key)=", "\"k\(key)\" = ", "a.b\(key)\t= "].randomElement(using: &self) ?? "")
                lines[lines.count - 1] += text(of: value)
            }
        }
        return (lines.joined(separator: Bool.random(using: &self) ? "\n" : "\r\n\n"), values)
    }

    private mutating func value(depth: Int) -> TOMLValue {
        switch Int.random(in: 0..<(depth < 3 ? 5 : 4), using: &self) {
        case 0: .integer(.random(in: .min ... .max, using: &self))
        case 1: .float(.random(in: -1e20...1e20, using: &self))
        case 2: .boolean(.random(using: &self))
        case 3: .string(string())
        default: .array((0..<Int.random(in: 0...3, using: &self)).map { _ in value(depth: depth + 1) })
        }
    }

    private mutating func string() -> String {
        let scalars = ["a", "\"", "'", "\\", "\t", "é", "😀", "#", "[", "\u{1}", "\u{7F}", "\n", " ", "="]
        return (0..<Int.random(in: 0...8, using: &self)).map { _ in scalars.randomElement(using: &self) ?? "" }.joined()
    }

    private func text(of value: TOMLValue) -> String {
        switch value {
        case .integer(let integer): return "\(integer)"
        case .float(let float): return "\(float)"
        case .boolean(let boolean): return "\(boolean)"
        case .array(let values): return "[\(values.map { text(of: $0) }.joined(separator: " ,\n"))]"
        case .string(let string):
            let escaped = string.unicodeScalars.map { scalar in
                switch scalar {
                case "\"", "\\": "\\\(scalar)"
                case "\n": "\\n"
                case "\u{1}": "\\u0001"
                case "\u{7F}": "\\U0000007f"
                default: "\(scalar)"
                }
            }
            return "\"\(escaped.joined())\""
        }
    }
}
