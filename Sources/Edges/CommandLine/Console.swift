internal import Glibc
internal import LinuxSystem

/// Where a command writes, and what it may know of its surroundings. Tests pass their own.
struct Console: Sendable {
    /// Writes a line for the user, or for the program that reads our output.
    let print: @Sendable (String) -> Void
    /// Writes a line about progress or trouble.
    let report: @Sendable (String) -> Void
    /// How standard output may look.
    let style: TextStyle
    /// Whether standard output is a terminal.
    var isTerminal = false
    /// How much the terminal shows at this moment; `nil` where it is not known.
    var size: @Sendable () -> Terminal.Size? = { nil }
    /// Waits for so many milliseconds, or until nobody reads standard output any more; true for that.
    var losesReader: @Sendable (Int32) -> Bool = { milliseconds in
        SystemThread.sleep(milliseconds: UInt32(max(0, milliseconds)))
        return false
    }
    let environment: [String: String]

    /// This process's own descriptors and environment.
    static func ofThisProcess() -> Console {
        let environment = ProcessEnvironment.variables()
        return Console(
            print: { write($0, to: STDOUT_FILENO) },
            report: { write($0, to: STDERR_FILENO) },
            style: TextStyle(isTerminal: isatty(STDOUT_FILENO) == 1, environment: environment),
            isTerminal: isatty(STDOUT_FILENO) == 1,
            size: { Terminal.size(of: STDOUT_FILENO) },
            losesReader: { Readiness.awaitReaderClosed(STDOUT_FILENO, limitMilliseconds: $0) },
            environment: environment)
    }

    /// Text that a function wrote, as it may be shown: on a terminal nothing in it acts, so escape sequences and other
    /// control characters are drawn. For programs it stays as it is.
    func harmless(_ text: String) -> String {
        guard isTerminal else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { Self.drawn($0) }))
    }

    private static func drawn(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard scalar.properties.generalCategory == .control, scalar != "\n", scalar != "\t" else { return scalar }
        // The pictures of the first 32 have their order; the others have none of their own.
        return scalar.value < 32 ? Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}" : "\u{FFFD}"
    }

    /// Writes a line whole. A reader that went away is no reason to stop working.
    private static func write(_ line: String, to descriptor: Int32) {
        var bytes = Array((line + "\n").utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
