import AWSProtocol
import SeededRandom

@testable import SampleEvents

/// Documents, names and paths that a seed chooses.
enum RandomTree {
    /// A name, of letters and of characters that paths treat in a special way.
    static func name(_ generator: inout SeededGenerator) -> String {
        let letters = Array("abcAB019_-:$/ é😀.[]\"=\\\n")
        return String(
            (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                letters[Int.random(in: 0..<letters.count, using: &generator)]
            })
    }

    static func tree(_ generator: inout SeededGenerator, depth: Int = 0) -> JSONTree {
        switch Int.random(in: 0..<(depth < 4 ? 8 : 4), using: &generator) {
        case 0: return .null
        case 1: return .boolean(.random(using: &generator))
        case 2: return .number("\(Int.random(in: -99...99, using: &generator)).50")
        case 3: return .string(name(&generator))
        case 4, 5:
            return .list(
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in tree(&generator, depth: depth + 1) })
        default:
            var names: Set<String> = []
            let count = Int.random(in: 0...4, using: &generator)
            return .object(
                (0..<count).compactMap { _ in
                    let name = name(&generator)
                    let value = tree(&generator, depth: depth + 1)
                    return names.insert(name).inserted ? .init(name, value) : nil
                })
        }
    }

    /// The paths of all values of a document, but of the document itself.
    static func paths(in tree: JSONTree, below parent: [EventPath.Step] = []) -> [EventPath] {
        switch tree {
        case .list(let values):
            values.enumerated().flatMap { index, value in
                let steps = parent + [.element(index)]
                return [EventPath(steps)] + paths(in: value, below: steps)
            }
        case .object(let members):
            members.flatMap { member in
                let steps = parent + [.member(member.name)]
                return [EventPath(steps)] + paths(in: member.value, below: steps)
            }
        default: []
        }
    }
}
