internal import RuntimeAPI
internal import Telemetry

/// Why an init phase failed.
struct InitFailure: Sendable {
    /// How it is reported.
    let status: EventStatus
    /// What the caller gets when it was the last: the runtime's own error, or ours.
    let error: InvocationError

    /// The init phase has run out of time.
    static let timeout = InitFailure(status: .timeout, error: .failure(.signaled(9)))

    init(_ fault: RuntimeFault) {
        self.init(status: .error(type: fault.type ?? "Runtime.Unknown"), error: .fault(fault))
    }

    init(_ failure: RuntimeFailure) {
        self.init(status: .error(type: failure.type), error: .failure(failure))
    }

    private init(status: EventStatus, error: InvocationError) {
        self.status = status
        self.error = error
    }
}

/// What an invocation fails with.
enum InvocationError: Sendable {
    /// The error that the runtime has reported.
    case fault(RuntimeFault)
    /// The runtime has reported nothing.
    case failure(RuntimeFailure)
}
