public import LinuxSystem

/// The compressed content of a file, with what a zip's headers say of it.
///
/// Made on any thread, and added to a zip by a ``ZipWriter``: the same bytes as if
/// the writer had compressed the file.
public struct DeflatedFile: Sendable {
    let size: Int
    let checksum: UInt32
    let bytes: [UInt8]

    /// Compresses a file from its beginning. The compressed bytes are in memory, the others are not.
    ///
    /// - Parameter level: 1 (fast) to 9 (small).
    public init(
        contentsOf file: borrowing FileDescriptor, level: Int32 = ZipWriter.defaultLevel
    ) throws(SystemCallError) {
        var (size, checksum, bytes): (Int, UInt32, [UInt8]) = (0, 0, [])
        var deflater = Deflater(level: level)
        var piece = try file.bytes(count: ZipWriter.pieceBytes, at: 0)
        while !piece.isEmpty {
            size += piece.count
            let following = try file.bytes(count: ZipWriter.pieceBytes, at: size)
            piece.withUnsafeBytes { buffer in
                checksum = updatedCRC32(checksum, with: buffer)
                deflater.compress(buffer, isLast: following.isEmpty) { bytes.append(contentsOf: $0) }
            }
            piece = following
        }
        (self.size, self.checksum, self.bytes) = (size, checksum, bytes)
    }

    /// Reads what ``serialized`` has made; `nil` for anything else.
    public init?(serialized: [UInt8]) {
        guard serialized.count >= Self.headerBytes else { return nil }
        let numbers = serialized.prefix(Self.headerBytes)
        size = Int(numbers.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) } & UInt64(Int.max))
        checksum = numbers.dropFirst(8).reversed().reduce(0) { $0 << 8 | UInt32($1) }
        bytes = Array(serialized.dropFirst(Self.headerBytes))
    }

    /// Size, checksum and compressed bytes.
    public var serialized: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(Self.headerBytes + bytes.count)
        withUnsafeBytes(of: UInt64(size).littleEndian) { output += $0 }
        withUnsafeBytes(of: checksum.littleEndian) { output += $0 }
        return output + bytes
    }

    private static let headerBytes = 12
}
