/// Dispatches a service's requests: finds the operation, decodes and validates its input, calls its handler, and
/// encodes the output, by the service's wire protocol.
///
/// Register handlers with `handle`, then share the value: a response depends only on the request and the context.
/// Operations of the model without a handler respond with 501 and an error that names them.
public struct ServiceDispatcher<Context: Sendable>: Sendable {
    private typealias Handler = @Sendable (AWSValue, Context) -> Result<AWSValue, AWSError>

    /// The service.
    public let service: ServiceModel

    private let wire: any WireProtocol
    private var handlers: [String: Handler] = [:]

    /// Makes a dispatcher without handlers.
    public init(_ service: ServiceModel) {
        self.service = service
        wire = service.wireFormat.makeProtocol(for: service)
    }

    /// The names of the operations that have a handler.
    public var handledOperations: Set<String> { Set(handlers.keys) }

    /// Registers an operation's handler. It gets validated input; an error that it throws is the response.
    public mutating func handle<Input, Output>(
        _ operation: AWSOperation<Input, Output>,
        _ body: @escaping @Sendable (Input, Context) throws(AWSError) -> Output
    ) {
        handlers[operation.descriptor.name] = { input, context in
            do throws(AWSError) {
                return .success(try body(Input(awsValue: input), context).awsValue)
            } catch {
                return .failure(error)
            }
        }
    }

    /// The response to a request. Never fails: errors are responses.
    public func respond(to request: AWSRequest, context: Context) -> AWSResponse {
        do throws(AWSError) {
            let call = try wire.call(in: request)
            guard let handler = handlers[call.operation.name] else {
                throw AWSError.notImplemented(service: service.name, operation: call.operation.name)
            }
            return wire.answer(try handler(try wire.input(of: call), context).get(), to: call)
        } catch {
            return answer(error, requestID: request.requestID)
        }
    }

    /// The name of a request's operation; `nil` when there is none.
    public func operationName(of request: AWSRequest) -> String? {
        do { return try wire.call(in: request).operation.name } catch { return nil }
    }

    /// An error as a response in this service's protocol.
    public func answer(_ error: AWSError, requestID: String) -> AWSResponse {
        wire.answer(error, requestID: requestID)
    }
}
