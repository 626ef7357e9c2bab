/// Dispatches a service's requests: finds the operation, decodes and validates its input, calls its handler, and
/// encodes the output, by the wire protocol of the service that the request has the form of.
///
/// Register handlers with `handle`, then share the value: a response depends only on the request and the context.
/// Operations of the model without a handler respond with 501 and an error that names them.
public struct ServiceDispatcher<Context: Sendable>: Sendable {
    private typealias Handler = @Sendable (AWSValue, Context) -> Result<AWSValue, AWSError>

    /// The service.
    public let service: ServiceModel

    private let wires: WireProtocols
    private var handlers: [String: Handler] = [:]

    /// Makes a dispatcher without handlers.
    public init(_ service: ServiceModel) {
        self.service = service
        wires = WireProtocols(service)
    }

    /// The names of the operations that have a handler.
    public var handledOperations: Set<String> { Set(handlers.keys) }

    /// Registers an operation's handler. It gets validated input; an error that it throws is the response.
    @inline(never) @_semantics("optimize.sil.specialize.generic.never")
    public mutating func handle<Input, Output>(
        _ operation: AWSOperation<Input, Output>,
        _ body: @escaping @Sendable (Input, Context) throws(AWSError) -> Output
    ) {
        handlers[operation.name] = { input, context in
            do throws(AWSError) {
                return .success(try body(Input(awsValue: input), context).awsValue)
            } catch {
                return .failure(error)
            }
        }
    }

    /// The response to a request. Never fails: errors are responses.
    public func respond(to request: AWSRequest, context: Context) -> AWSResponse {
        let wire = wires.wire(for: request)
        do throws(AWSError) {
            let call = try wire.call(in: request)
            guard let handler = handlers[call.operation.name] else {
                throw AWSError.notImplemented(service: service.name, operation: call.operation.name)
            }
            return wire.answer(try handler(try wire.input(of: call), context).get(), to: call)
        } catch {
            return wire.answer(error, requestID: request.requestID)
        }
    }

    /// The name of a request's operation; `nil` when there is none.
    public func operationName(of request: AWSRequest) -> String? {
        do { return try wires.wire(for: request).call(in: request).operation.name } catch { return nil }
    }

    /// An error as a response in this service's protocol.
    ///
    /// - Parameter request: the request, or its head: decides where the service speaks several protocols.
    public func answer(_ error: AWSError, to request: AWSRequest, requestID: String) -> AWSResponse {
        wires.wire(for: request).answer(error, requestID: requestID)
    }
}
