internal import CZlib

/// Decompresses raw deflate data (RFC 1951) step by step.
struct Inflater: ~Copyable {
    /// The result of one step.
    struct Step {
        let consumedCount: Int
        let producedCount: Int
        /// Whether the stream's end marker was read.
        let isFinished: Bool
        /// Whether the step consumed or produced anything.
        var madeProgress: Bool { consumedCount > 0 || producedCount > 0 || isFinished }
    }

    // On the heap because zlib stores the stream's address.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Starts a stream without zlib's header, as zips contain it.
    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // A negative window size means raw deflate (zlib.h). Fails only without memory or with an incompatible library.
        let status = inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib cannot start: \(status)")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Decompresses as much of `input` as `output` has room for; `nil` when the bytes are not deflate data.
    mutating func step(from input: UnsafeRawBufferPointer, to output: UnsafeMutableRawBufferPointer) -> Step? {
        // zlib does not write to its input, although its interface lacks const.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        let status = inflate(stream, Z_NO_FLUSH)
        // Z_BUF_ERROR only means that no progress was possible this time.
        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { return nil }
        return Step(
            consumedCount: input.count - Int(stream.pointee.avail_in),
            producedCount: output.count - Int(stream.pointee.avail_out), isFinished: status == Z_STREAM_END)
    }
}

/// The CRC-32 of earlier bytes, whose CRC-32 is `checksum` (0 for none), followed by these.
func updatedCRC32(_ checksum: UInt32, with bytes: UnsafeRawBufferPointer) -> UInt32 {
    let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
    return UInt32(truncatingIfNeeded: crc32_z(UInt(checksum), start, bytes.count))
}
