internal import LinuxSystem
package import RuntimeAPI
internal import Telemetry

/// An invocation: what is asked, and who takes the answer.
package struct Invocation: Sendable {
    /// The request id, a UUID.
    package let requestID: String
    /// The revision that runs.
    package let revision: FunctionRevision
    /// The event.
    package let payload: [UInt8]
    /// The ARN as the caller named it, with the qualifier that it gave.
    package let invokedARN: String
    /// The caller's client context as JSON, decoded from base64.
    package let clientContext: String?
    /// The X-Ray header: the caller's, with the function's lineage, or a new one.
    package let traceID: String
    /// What is done with the log before the answer.
    package let log: AnswerLog
    /// Takes the answer as it is made; `nil` where the caller waits for all of it.
    package let stream: (any InvocationStream)?
    /// Takes the answer, once, on any thread.
    private let answer: @Sendable (InvocationResult) -> Void

    /// Describes an invocation.
    package init(
        requestID: String, revision: FunctionRevision, payload: [UInt8], invokedARN: String, clientContext: String?,
        traceID: String?, log: AnswerLog = .later, stream: (any InvocationStream)? = nil,
        complete: @escaping @Sendable (InvocationResult) -> Void
    ) {
        self.requestID = requestID
        self.revision = revision
        self.payload = payload
        self.invokedARN = invokedARN
        self.clientContext = clientContext
        self.traceID =
            traceID ?? TraceHeader.make(nowMilliseconds: WallClock.nowMilliseconds(), function: revision.lineageHash)
        self.log = log
        self.stream = stream
        answer = complete
    }

    /// Counts how it ended, and answers.
    package func complete(_ result: InvocationResult) {
        switch result {
        case .answered: revision.meter.countInvocation(of: revision.version, isError: false)
        case .failed: revision.meter.countInvocation(of: revision.version, isError: true)
        case .refused(.throttled): revision.meter.count(\.throttles)
        case .refused(.runtimeUnavailable), .refused(.exceedsHostMemory):
            revision.meter.countInvocation(of: revision.version, isError: true)
        case .refused(.unavailable): break
        }
        answer(result)
    }

    /// The event as the runtime gets it.
    package func event(deadlineMilliseconds: Int64) -> RuntimeInvocation {
        RuntimeInvocation(
            requestID: requestID, payload: payload, deadlineMilliseconds: deadlineMilliseconds, functionARN: invokedARN,
            traceID: traceID, clientContext: clientContext)
    }
}

extension Invocation: EnvironmentInvocation {
    var waitsForLog: Bool { log != .later }
}

/// What is done with the log of an invocation before it is answered.
package enum AnswerLog: Sendable {
    /// Nothing: the log is written soon after the answer. A server that is killed in between loses these lines.
    case later
    /// Its tail goes with the answer.
    case tail
    /// It is written, unless the disk does not keep up: the answer ends an event, of which only the log is left.
    case written
}

/// How an invocation ended.
package enum InvocationResult: Sendable {
    /// The function answered. The tail of the log is empty where the invocation does not want it.
    case answered([UInt8], logTail: [UInt8])
    /// The function failed: it raised an error, ran out of time, or its process ended. The payload is the error's JSON.
    case failed([UInt8], logTail: [UInt8])
    /// The invocation did not run.
    case refused(InvocationRefusal)
}
