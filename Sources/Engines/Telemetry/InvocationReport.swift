/// The content of one invocation's `REPORT` line.
///
/// Source: "Viewing CloudWatch logs for Lambda functions", Lambda developer guide.
public struct InvocationReport: Hashable, Sendable {
    /// The outcome of an invocation, as far as its report shows it.
    public enum Status: Hashable, Sendable {
        /// The handler returned a result or an error.
        case completed
        /// The invocation timed out.
        case timedOut
        /// The runtime ended or was killed; the type is the error's, such as `Runtime.ExitError`.
        case failed(errorType: String)
    }

    /// The request id.
    public var requestID: String
    /// How long the handler ran, in nanoseconds.
    public var durationNanoseconds: UInt64
    /// How long the init phase took, in nanoseconds, where this invocation had one.
    public var initNanoseconds: UInt64?
    /// The function's memory, in MB as Lambda counts them (2²⁰ bytes).
    public var memoryMebibytes: Int
    /// The most memory the environment had in use, in bytes.
    public var peakMemoryBytes: UInt64
    /// How it ended.
    public var status: Status

    /// Describes an invocation that has ended.
    public init(
        requestID: String, durationNanoseconds: UInt64, initNanoseconds: UInt64?, memoryMebibytes: Int,
        peakMemoryBytes: UInt64, status: Status
    ) {
        self.requestID = requestID
        self.durationNanoseconds = durationNanoseconds
        self.initNanoseconds = initNanoseconds
        self.memoryMebibytes = memoryMebibytes
        self.peakMemoryBytes = peakMemoryBytes
        self.status = status
    }

    /// The line, without a line break. Durations in milliseconds with two decimals; the billed one rounded up, init
    /// included: since August 2025 Lambda bills the init phase of every function.
    public var line: String {
        var line = "REPORT RequestId: \(requestID)\tDuration: \(Self.milliseconds(durationNanoseconds)) ms\t"
        line += "Billed Duration: \(billedMilliseconds) ms\tMemory Size: \(memoryMebibytes) MB\t"
        line += "Max Memory Used: \(peakMebibytes) MB\t"
        if let initNanoseconds { line += "Init Duration: \(Self.milliseconds(initNanoseconds)) ms\t" }
        switch status {
        case .completed: break
        case .timedOut: line += "Status: timeout"
        case .failed(let type): line += "Status: error\tError Type: \(type)"
        }
        return line
    }

    var billedMilliseconds: UInt64 { (durationNanoseconds + (initNanoseconds ?? 0) + 999_999) / 1_000_000 }
    var peakMebibytes: UInt64 { (peakMemoryBytes + 1_048_575) / 1_048_576 }

    /// Milliseconds with two decimals, rounded to the nearest.
    public static func milliseconds(_ nanoseconds: UInt64) -> String {
        let hundredths = (nanoseconds + 5_000) / 10_000
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
