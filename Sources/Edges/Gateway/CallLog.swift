internal import AWSProtocol
internal import LinuxSystem
internal import ServiceKit

/// What the gateway logs of calls: the slow ones, those of operations that are not implemented, and every call at debug
/// level. Errors are logged where they become responses (``RequestContext``).
struct CallLog: Sendable {
    let log: ServerLog
    /// Nanoseconds since an unspecified time.
    var now: @Sendable () -> UInt64 = { MonotonicClock.nowNanoseconds() }

    /// A control-plane call that takes longer, waiting included, is logged as slow. Most take milliseconds; creating a
    /// function of 50 MB takes about a second on a usual disk. Calls of the data plane are not measured: they take as
    /// long as a function does, and its own log reports that.
    static let slowSeconds = 3.0

    /// A call that has been answered.
    struct Call {
        let requestID: String
        let service: String
        let account: String
        let status: Int
        /// When the request arrived, and when a thread took it, by ``CallLog/now``.
        let arrival: UInt64
        let start: UInt64
    }

    /// Logs a call. It was answered just now.
    ///
    /// - Parameter operation: finds the operation's name, which is needed rarely.
    func didAnswer(_ call: Call, operation: () -> String?) {
        let seconds = Double(now() - call.arrival) / 1e9
        let isSlow = seconds > Self.slowSeconds
        let level: LogLevel = isSlow ? .warning : call.status == 501 ? .info : .debug
        guard log.records(level) else { return }
        let message: StaticString =
            isSlow
            ? "A call was slow"
            : call.status == 501 ? "An operation is not implemented" : "A call was answered"
        log.log(
            level, message,
            [
                "request_id": .text(call.requestID), "service": .text(call.service),
                "operation": operation().map { .text($0) }, "account": .text(call.account),
                "status": .integer(call.status), "seconds": .number(Self.rounded(seconds)),
                "waited_seconds": .number(Self.rounded(Double(call.start - call.arrival) / 1e9)),
            ])
    }

    private static func rounded(_ seconds: Double) -> Double { (seconds * 1e3).rounded() / 1e3 }
}
