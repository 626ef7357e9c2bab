internal import Glibc
internal import LinuxSystem

/// A command's output streams, terminal and environment variables. Tests inject their own.
struct Console: Sendable {
    /// Writes a line to standard output.
    let print: @Sendable (String) -> Void
    /// Writes bytes to standard output, without a line break.
    var write: @Sendable ([UInt8]) -> Void = { _ in }
    /// Writes a line to standard error: progress, warnings, errors.
    let report: @Sendable (String) -> Void
    /// Writes bytes to standard error, without a line break: a progress bar.
    var writeReport: @Sendable ([UInt8]) -> Void = { _ in }
    /// The current width of the terminal that standard error is; `nil` where it is none.
    var reportColumns: @Sendable () -> Int? = { nil }
    /// Colours and bold for standard output.
    let style: TextStyle
    /// Whether standard output is a terminal.
    var isTerminal = false
    /// The terminal's current size; `nil` where it is unknown.
    var size: @Sendable () -> Terminal.Size? = { nil }
    /// Waits until standard output's reader closes its end, or for the given milliseconds. Returns true when it closed.
    var awaitReaderClose: @Sendable (Int32) -> Bool = { milliseconds in
        SystemThread.sleep(milliseconds: UInt32(max(0, milliseconds)))
        return false
    }
    let environment: [String: String]

    /// The console of this process: descriptors 1 and 2, and its environment.
    static func ofThisProcess() -> Console {
        let environment = ProcessEnvironment.variables()
        return Console(
            print: { write(Array(($0 + "\n").utf8), to: STDOUT_FILENO) },
            write: { write($0, to: STDOUT_FILENO) },
            report: { write(Array(($0 + "\n").utf8), to: STDERR_FILENO) },
            writeReport: { write($0, to: STDERR_FILENO) },
            reportColumns: { Terminal.size(of: STDERR_FILENO)?.columns },
            style: TextStyle(isTerminal: isatty(STDOUT_FILENO) == 1, environment: environment),
            isTerminal: isatty(STDOUT_FILENO) == 1,
            size: { Terminal.size(of: STDOUT_FILENO) },
            awaitReaderClose: { Readiness.awaitReaderClosed(STDOUT_FILENO, limitMilliseconds: $0) },
            environment: environment)
    }

    /// Untrusted text, such as a function's output, made safe to print: on a terminal, escape sequences and other
    /// control characters are replaced by visible symbols. When standard output is not a terminal, text is unchanged.
    func sanitized(_ text: String) -> String {
        guard isTerminal else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { Self.visible($0) }))
    }

    private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard scalar.properties.generalCategory == .control, scalar != "\n", scalar != "\t" else { return scalar }
        // U+2400 to U+241F are the symbols of C0 controls, in the same order; other controls have none.
        return scalar.value < 32 ? Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}" : "\u{FFFD}"
    }

    /// Writes all bytes. Write errors are ignored: a command finishes even when its reader has closed the pipe.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
