package import Scheduler

/// Why an invocation did not run.
package enum InvocationRefusal: Error, Sendable {
    /// It exceeds a limit.
    case throttled(ThrottleReason)
    /// The function has more memory than this host lends all functions together.
    case exceedsHostMemory(functionMebibytes: Int, hostMebibytes: Int)
    /// The host cannot run the function: its interpreter or its architecture is missing. The text says what to do.
    case runtimeUnavailable(String)
    /// The server could not run it, and may be able to later: no environment could be made, or the server stops.
    case unavailable(String, cause: (any Error)?)

    /// What happened and what to do, for people.
    package var message: String {
        switch self {
        case .throttled: "Rate Exceeded."
        case .exceedsHostMemory(let function, let host):
            "The function's MemorySize is \(function) MB, and the limit of this host for all functions together is "
                + "\(host) MB. Lower MemorySize, or start the server with a higher --overcommit."
        case .runtimeUnavailable(let remedy): remedy
        case .unavailable(let message, _): message
        }
    }
}
