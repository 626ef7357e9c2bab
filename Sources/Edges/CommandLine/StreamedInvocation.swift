internal import AWSProtocol
internal import Digest

/// The response of `strata invoke --stream` as it arrives. What the function sends is printed at once.
struct StreamedInvocation {
    private let console: Console
    private var reader = EventStreamReader()
    /// The start of a character whose end has not arrived, for a terminal.
    private var rest: [UInt8] = []
    /// Whether the last printed byte was a line break, or there was none.
    private var isAtLineStart = true
    /// How the invocation ended; `nil` while it has not.
    private(set) var end: AWSValue?

    /// Prints on a console.
    init(on console: Console) { self.console = console }

    /// Takes bytes of the event stream, and prints what is complete.
    mutating func take(_ bytes: some Sequence<UInt8>) throws {
        reader.append(bytes)
        while let message = try reader.next() {
            switch message.headers.first(where: { $0.name == ":event-type" })?.value {
            case "PayloadChunk": print(message.payload)
            case "InvokeComplete": end = try JSON.decode(message.payload)
            default: continue
            }
        }
    }

    private mutating func print(_ chunk: [UInt8]) {
        guard console.isTerminal else {
            console.write(chunk)
            isAtLineStart = chunk.last.map { $0 == UInt8(ascii: "\n") } ?? isAtLineStart
            return
        }
        let bytes = rest + chunk
        let whole = Self.wholeCharacters(in: bytes)
        rest = Array(bytes[whole...])
        print(text: bytes[..<whole])
    }

    private mutating func print(text bytes: some Collection<UInt8>) {
        guard !bytes.isEmpty else { return }
        let text = console.sanitized(String(decoding: bytes, as: UTF8.self))
        console.write(Array(text.utf8))
        isAtLineStart = text.hasSuffix("\n")
    }

    /// The stream is over: ends the line, and says how the invocation ended.
    ///
    /// - Returns: the exit code.
    mutating func finish(printsTail: Bool) -> Int32 {
        print(text: rest)
        if !isAtLineStart { console.write([UInt8(ascii: "\n")]) }
        let log = end?.text("LogResult") ?? ""
        if printsTail, let tail = Base64.decode(log), !tail.isEmpty {
            InvocationResponse.print(tail: String(decoding: tail, as: UTF8.self), console)
        }
        guard let end else {
            console.report("strata: the response ended before the invocation did.")
            return 1
        }
        guard !end.text("ErrorCode").isEmpty else { return 0 }
        InvocationResponse.report(failure: Array(end.text("ErrorDetails").utf8), console)
        return 1
    }

    /// How many bytes are whole characters: all but the start of one at the end.
    static func wholeCharacters(in bytes: [UInt8]) -> Int {
        for length in 1...3 where bytes.count >= length {
            let first = bytes[bytes.count - length]
            if first & 0xC0 == 0x80 { continue }
            let needed = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
            return needed > length ? bytes.count - length : bytes.count
        }
        return bytes.count
    }
}
