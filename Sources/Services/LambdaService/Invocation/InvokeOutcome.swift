internal import AWSProtocol
internal import FunctionExecution
internal import Scheduler
internal import ServiceKit

/// How a call of *Invoke* ended.
enum InvokeOutcome: Sendable {
    /// The function answered.
    case answered([UInt8], logTail: [UInt8])
    /// The function failed: it raised an error, ran out of time, or its process ended. The payload is the error's JSON.
    case failed([UInt8], logTail: [UInt8])
    /// The function did not run.
    case refused(ServiceError)

    init(_ result: InvocationResult) {
        switch result {
        case .answered(let payload, let tail): self = .answered(payload, logTail: tail)
        case .failed(let payload, let tail): self = .failed(payload, logTail: tail)
        case .refused(let refusal): self = .refused(ServiceError(refusal))
        }
    }
}

extension ServiceError {
    /// Why an invocation did not run, in Lambda's words where Lambda has some.
    init(_ refusal: InvocationRefusal) {
        switch refusal {
        case .throttled(let reason):
            self.init(
                .tooManyRequests, "Rate Exceeded.", details: ["Reason": .string(reason.rawValue)], retryAfterSeconds: 1)
        case .exceedsHostMemory(let function, let host):
            self.init(
                .invalidParameterValue,
                "This function has \(function) MB of memory, and this host lends all functions together \(host) MB. "
                    + "Lower its MemorySize, or start the server with a higher --overcommit.")
        case .runtimeUnavailable(let remedy): self.init(.invalidRuntime, remedy)
        case .unavailable(let message, let cause): self.init(.service, message, cause: cause)
        }
    }
}
