internal import CZlib

/// Compresses bytes to raw deflate data (RFC 1951).
struct Deflater: ~Copyable {
    // On the heap because zlib stores the stream's address.
    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableRawBufferPointer

    /// Starts a stream.
    ///
    /// - Parameter level: zlib's compression level, 1 (fast) to 9 (small).
    init(level: Int32) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(byteCount: 64 << 10, alignment: 64)
        // Raw deflate with zlib's defaults for window (32 KiB) and memory level, written out so that they never change.
        let status = deflateInit2_(
            stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib cannot start: \(status)")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    /// Compresses one piece and passes on the available output; with `isLast`, all remaining output.
    mutating func compress<Failure>(
        _ input: UnsafeRawBufferPointer, isLast: Bool, receive: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        repeat {
            stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(output.count)
            deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
            let count = output.count - Int(stream.pointee.avail_out)
            if count > 0 { try receive(UnsafeRawBufferPointer(rebasing: output.prefix(count))) }
        } while stream.pointee.avail_out == 0
    }
}
