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
                .tooManyRequests, refusal.message, details: ["Reason": .string(reason.rawValue)], retryAfterSeconds: 1)
        case .exceedsHostMemory: self.init(.invalidParameterValue, refusal.message)
        case .runtimeUnavailable: self.init(.invalidRuntime, refusal.message)
        case .unavailable(_, let cause): self.init(.service, refusal.message, cause: cause)
        }
    }
}
