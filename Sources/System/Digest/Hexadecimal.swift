/// Hexadecimal digits in lower case.
public enum Hexadecimal {
    /// The digit of a number's four lowest bits, in ASCII.
    public static func digit(_ number: some BinaryInteger) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: number) & 15
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
