/// A filter that decides by a system call's number: a search tree over ranges of numbers.
///
/// libseccomp has a test and an answer for each number. Numbers that are allowed are mostly neighbours, and a shorter
/// program is installed faster, which each cold start has to wait for.
struct CallNumberFilter {
    /// The answer to numbers from here on: the value of `BPF_RET`.
    private struct Range {
        let first: UInt32
        let answer: UInt32
    }

    private var ranges: [Range] = []

    /// - Parameters:
    ///   - answers: the answer for each number that has one of its own.
    ///   - foreign: higher numbers, which have one answer.
    init(
        _ answers: [Int32: UInt32], otherwise: UInt32, foreign: Swift.Range<UInt32>, answerToForeign: UInt32
    ) {
        var next: UInt32 = 0
        func add(_ first: UInt32, _ answer: UInt32, to ranges: inout [Range]) {
            if ranges.last?.answer != answer { ranges.append(Range(first: first, answer: answer)) }
        }
        for (number, answer) in answers.sorted(by: { $0.key < $1.key }) where number >= 0 {
            let number = UInt32(number)
            if number > next { add(next, otherwise, to: &ranges) }
            add(number, answer, to: &ranges)
            next = number + 1
        }
        add(next, otherwise, to: &ranges)
        add(foreign.lowerBound, answerToForeign, to: &ranges)
        add(foreign.upperBound, otherwise, to: &ranges)
    }

    /// The program, which expects the number in the accumulator, as instructions of eight bytes.
    var instructions: [UInt8] { Self.tree(ranges[...]) }

    private static func tree(_ ranges: ArraySlice<Range>) -> [UInt8] {
        if ranges.count == 1 { return instruction(returning, value: ranges[ranges.startIndex].answer) }
        let middle = ranges.startIndex + ranges.count / 2
        let (low, high) = (tree(ranges[..<middle]), tree(ranges[middle...]))
        let distance = low.count / 8
        // A conditional jump reaches 255 instructions.
        guard distance > 255 else {
            return instruction(ifAtLeast, true: UInt8(distance), value: ranges[middle].first) + low + high
        }
        return instruction(ifAtLeast, false: 1, value: ranges[middle].first)
            + instruction(jump, value: UInt32(distance)) + low + high
    }

    // BPF's opcodes (linux/bpf_common.h).
    static let load: UInt16 = 0x20  // BPF_LD | BPF_W | BPF_ABS
    static let jump: UInt16 = 0x05  // BPF_JMP | BPF_JA
    static let ifEqual: UInt16 = 0x15  // BPF_JMP | BPF_JEQ | BPF_K
    static let ifAtLeast: UInt16 = 0x35  // BPF_JMP | BPF_JGE | BPF_K
    static let returning: UInt16 = 0x06  // BPF_RET | BPF_K

    /// An instruction (`struct sock_filter` of linux/filter.h, on hosts that are little-endian).
    static func instruction(
        _ code: UInt16, true whenTrue: UInt8 = 0, false whenFalse: UInt8 = 0, value: UInt32
    ) -> [UInt8] {
        [UInt8(code & 0xFF), UInt8(code >> 8), whenTrue, whenFalse]
            + (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
