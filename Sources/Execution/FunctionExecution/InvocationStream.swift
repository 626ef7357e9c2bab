package import Domain
package import HTTP
internal import RuntimeAPI
internal import Synchronization

/// Takes a function's answer while the function makes it.
package protocol InvocationStream: Sendable {
    /// The function begins to answer. What it answers in the end comes by the invocation's completion.
    func begin(contentType: String?, version: FunctionVersion)

    /// Takes a piece of the answer.
    ///
    /// - Parameter whenRoom: Where the answer is `full`: called once when there is room again.
    func write(
        _ bytes: UnsafeRawBufferPointer, whenRoom: @escaping @Sendable () -> Void
    ) -> HTTPBodyStream.Acceptance
}

/// Passes a runtime's answer on as it comes, at the caller's pace.
final class RelayedResponse: StreamedResponse {
    private let stream: any InvocationStream
    private let count = Mutex(0)

    init(to stream: any InvocationStream) { self.stream = stream }

    func receive(_ bytes: UnsafeRawBufferPointer, from exchange: HTTPExchange) -> HTTPBodyAcceptance {
        let total = count.withLock { count in
            count += bytes.count
            return count
        }
        // What is too much is read and dropped; the runtime and the caller learn it in the end.
        guard total <= LambdaLimits.streamedPayloadBytes else { return .more }
        switch stream.write(bytes, whenRoom: { exchange.resumeBody() }) {
        case .full: return .pause
        // A caller that has left does not keep the function from ending.
        case .open, .closed: return .more
        }
    }

    /// The environment is ending, and that ends the answer.
    func didDisconnect() {}

    /// Everything was passed on.
    func finish() -> Result<[UInt8], RuntimeFault> {
        let total = count.withLock { $0 }
        return total <= LambdaLimits.streamedPayloadBytes
            ? .success([]) : .failure(RuntimeFault(tooLarge: nil, limitBytes: LambdaLimits.streamedPayloadBytes))
    }
}
