internal import FunctionExecution
internal import ServiceKit

/// How a call of *Invoke* ended, with the API's error where the function did not run.
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
