public import HTTP
internal import Synchronization

/// An answer that a runtime sends piece by piece, on its way to the caller.
///
/// Source: "Response streaming for Lambda functions" and "Building a custom runtime", *Response streaming*, Lambda
/// developer guide.
public protocol StreamedResponse: HTTPBodySink {
    /// What the caller gets that has not been passed on already, and whether the answer was too long.
    func finish() -> Result<[UInt8], RuntimeFault>
}

/// Gathers a streamed answer for a caller who waits for all of it.
public final class GatheredResponse: StreamedResponse {
    private struct State {
        var bytes: [UInt8] = []
        var isTooLong = false
    }

    private let state = Mutex(State())
    private let limitBytes: Int

    /// Gathers so many bytes at most.
    public init(limitBytes: Int) { self.limitBytes = limitBytes }

    /// Keeps a piece. What is beyond the limit is read and dropped: the runtime learns it in the end.
    public func receive(_ bytes: UnsafeRawBufferPointer, from exchange: HTTPExchange) -> HTTPBodyAcceptance {
        state.withLock { state in
            guard !state.isTooLong, state.bytes.count + bytes.count <= limitBytes else {
                state.isTooLong = true
                state.bytes = []
                return
            }
            state.bytes += bytes
        }
        return .more
    }

    /// The environment is ending, which is what the caller will be told.
    public func didDisconnect() {}

    /// All of it is held until the end.
    public var bufferedBytes: Int { state.withLock { $0.bytes.count } }

    /// All of the answer.
    public func finish() -> Result<[UInt8], RuntimeFault> {
        state.withLock { state in
            state.isTooLong
                ? .failure(RuntimeFault(tooLarge: nil, limitBytes: limitBytes)) : .success(state.bytes)
        }
    }
}

/// Reads an answer that was announced as too long, and keeps nothing of it.
final class DroppedResponse: StreamedResponse {
    private let fault: RuntimeFault

    init(fault: RuntimeFault) { self.fault = fault }

    func receive(_ bytes: UnsafeRawBufferPointer, from exchange: HTTPExchange) -> HTTPBodyAcceptance { .more }

    func didDisconnect() {}

    func finish() -> Result<[UInt8], RuntimeFault> { .failure(fault) }
}

extension RuntimeFault {
    /// The error that a runtime puts behind an answer which it began and could not end: its type as it is, its JSON in
    /// base64.
    init?(trailersOf exchange: HTTPExchange, decode: (String) -> [UInt8]?) {
        guard let type = exchange.trailer("Lambda-Runtime-Function-Error-Type") else { return nil }
        let body = exchange.trailer("Lambda-Runtime-Function-Error-Body").flatMap(decode)
        self.init(payload: body ?? Array("{}".utf8), type: type)
    }
}
