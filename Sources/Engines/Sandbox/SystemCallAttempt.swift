/// A system call that was refused: its number and the first two arguments, of which the first 32 bits.
struct SystemCallAttempt: Hashable, CustomStringConvertible {
    let number: Int32
    let first: UInt32
    let second: UInt32

    /// The call as in a program's source; with the arguments where they decide.
    var description: String {
        let name = SeccompFilter.name(ofCall: number)
        guard SeccompRules.checkedCalls.contains(name) else { return name }
        return "\(name)(\(Self.text(first)), \(Self.text(second)))"
    }

    private static func text(_ argument: UInt32) -> String {
        argument < 4096 ? "\(argument)" : "0x\(String(argument, radix: 16))"
    }
}
