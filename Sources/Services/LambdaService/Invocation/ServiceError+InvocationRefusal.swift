internal import AWSProtocol
internal import FunctionExecution
internal import Scheduler
internal import ServiceKit

extension ServiceError {
    /// The error for an invocation that did not run, with Lambda's message where Lambda has one.
    init(_ refusal: InvocationRefusal) {
        switch refusal {
        case .throttled(let reason):
            self.init(
                .tooManyRequests, "Rate Exceeded.", details: ["Reason": .string(reason.rawValue)], retryAfterSeconds: 1)
        case .exceedsHostMemory(let function, let host):
            self.init(
                .invalidParameterValue,
                "The function's MemorySize is \(function) MB, and the limit of this host for all functions together is "
                    + "\(host) MB. Lower MemorySize, or start the server with a higher --overcommit.")
        case .runtimeUnavailable(let remedy): self.init(.invalidRuntime, remedy)
        case .unavailable(let message, let cause): self.init(.service, message, cause: cause)
        }
    }
}
