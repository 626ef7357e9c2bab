internal import Glibc

/// Counters that the kernel exposes as files, such as those of a cgroup.
public enum KernelCounter {
    /// Reads the decimal number at the start of an open file, whatever its file position; `nil` when there is none.
    public static func read(_ descriptor: Int32) -> UInt64? {
        var number: UInt64?
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { buffer in
            let count = pread(descriptor, buffer.baseAddress, buffer.count, 0)
            for byte in buffer.prefix(max(count, 0)) {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { break }
                number = (number ?? 0) &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
            }
        }
        return number
    }
}
