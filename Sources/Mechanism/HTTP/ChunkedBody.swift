internal import Glibc

/// Reads a body that is sent in chunks (RFC 9112, section 7.1), piece by piece as it arrives. A pure value.
struct ChunkedBody {
    /// What the next bytes of the wire are.
    enum Step: Equatable {
        /// More bytes are needed; so many of those given are used up.
        case more(used: Int)
        /// A piece of the body.
        case piece(Range<Int>)
        /// The body is complete, and so many bytes are used up.
        case end(used: Int)
    }

    private enum Part {
        case size
        case content(remaining: Int)
        case contentEnd
        case trailers
    }

    private var part = Part.size
    private let lineLimitBytes: Int
    /// The field lines behind the last chunk, as they have arrived.
    private var trailerBytes: [UInt8] = []
    /// The fields behind the last chunk, once the body is complete.
    private(set) var trailers = HTTPFields()

    /// - Parameter lineLimitBytes: the longest line with a chunk's size, and the longest trailers.
    init(lineLimitBytes: Int) { self.lineLimitBytes = lineLimitBytes }

    /// Reads on.
    ///
    /// - Parameters:
    ///   - bytes: what has arrived and is not used up.
    ///   - start: where in it to read on. After a piece, that is its end.
    mutating func next(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(RequestFault) -> Step {
        var position = start
        while true {
            switch part {
            case .content(let remaining):
                guard position < bytes.count else { return .more(used: position) }
                let end = position + min(remaining, bytes.count - position)
                part = end - position == remaining ? .contentEnd : .content(remaining: remaining - (end - position))
                return .piece(position..<end)
            case .size, .contentEnd, .trailers:
                guard let end = try line(bytes, from: position) else { return .more(used: position) }
                let line = UnsafeRawBufferPointer(rebasing: bytes[position..<end])
                position = end + 2
                if try isEnd(line) { return .end(used: position) }
            }
        }
    }

    private func line(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(RequestFault) -> Int? {
        if let end = bytes.lineEnd(from: start), end - start <= lineLimitBytes { return end }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
        guard rest.count <= lineLimitBytes, !rest.contains(UInt8(ascii: "\n")) else {
            throw RequestFault(400, "a chunk is malformed")
        }
        return nil
    }

    /// Reads a whole line. `true` where it ends the body.
    private mutating func isEnd(_ line: UnsafeRawBufferPointer) throws(RequestFault) -> Bool {
        switch part {
        case .size:
            let size = try Self.size(line)
            part = size == 0 ? .trailers : .content(remaining: size)
        case .contentEnd, .content:
            guard line.isEmpty else { throw RequestFault(400, "a chunk is longer than its size") }
            part = .size
        case .trailers:
            if line.isEmpty {
                trailers = try HTTPFields(trailerBytes, from: 0)
                return true
            }
            guard trailerBytes.count + line.count <= lineLimitBytes else {
                throw RequestFault(431, "the trailers are too long")
            }
            trailerBytes.append(contentsOf: line)
            trailerBytes += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        }
        return false
    }

    /// The size at the start of a line, before a semicolon and extensions, which mean nothing here.
    private static func size(_ line: UnsafeRawBufferPointer) throws(RequestFault) -> Int {
        var size = 0
        var position = 0
        while position < line.count, let digit = line[position].hexadecimalValue {
            guard size < Int.max >> 8 else { throw RequestFault(413, "a chunk is too long") }
            size = size << 4 | digit
            position += 1
        }
        guard position > 0 else { throw RequestFault(400, "a chunk has no size") }
        while position < line.count, line[position].isBlank { position += 1 }
        let extensions = line[position...]
        guard extensions.first.map({ $0 == UInt8(ascii: ";") }) ?? true,
            !extensions.contains(where: \.isForbiddenInValue)
        else { throw RequestFault(400, "a chunk's size is malformed") }
        return size
    }
}

extension UInt8 {
    fileprivate var hexadecimalValue: Int? {
        switch self {
        case 48...57: Int(self) - 48
        case 65...70: Int(self) - 55
        case 97...102: Int(self) - 87
        default: nil
        }
    }
}
