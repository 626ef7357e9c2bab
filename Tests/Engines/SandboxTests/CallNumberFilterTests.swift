import SeededRandom
import Testing

@testable import Sandbox

@Suite struct CallNumberFilterTests {
    /// Runs a program (linux/filter.h) with a number in the accumulator; nil when it leaves its end.
    private static func run(_ program: [UInt8], _ number: UInt32) -> UInt32? {
        var at = 0
        while at < program.count / 8 {
            let instruction = program[at * 8..<at * 8 + 8].map(UInt32.init)
            let value = (0..<4).reduce(UInt32(0)) { $0 | instruction[4 + $1] << (8 * UInt32($1)) }
            switch UInt16(instruction[0]) {
            case CallNumberFilter.returning: return value
            case CallNumberFilter.jump: at += 1 + Int(value)
            case CallNumberFilter.ifAtLeast: at += 1 + Int(number >= value ? instruction[2] : instruction[3])
            default: return nil
            }
        }
        return nil
    }

    @Test(arguments: [3, 40, 400, 1000])
    func `the program answers each number as the table has it, however long it is`(count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        var answers: [Int32: UInt32] = [:]
        for _ in 0..<count {
            answers[Int32.random(in: 0..<1000, using: &random)] = UInt32.random(in: 1...3, using: &random)
        }
        let filter = CallNumberFilter(answers, otherwise: 9, foreign: 5000..<6000, answerToForeign: 7)
        for number in UInt32(0)..<1100 {
            #expect(Self.run(filter.instructions, number) == answers[Int32(number)] ?? 9)
        }
        for (number, answer): (UInt32, UInt32) in [(4999, 9), (5000, 7), (5999, 7), (6000, 9), (.max, 9)] {
            #expect(Self.run(filter.instructions, number) == answer)
        }
    }
}
