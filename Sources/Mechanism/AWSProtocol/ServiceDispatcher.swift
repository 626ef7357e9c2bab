/// Answers a service's requests: finds the operation, decodes and validates its input, calls its handler, and encodes
/// what it says. The service's protocol knows how all that is written.
///
/// Fill it once with `handle`, then share it: answering is a function of the request and the context. Operations of the
/// model without a handler answer 501 with an error that names them.
public struct ServiceDispatcher<Context: Sendable>: Sendable {
    private typealias Handler = @Sendable (AWSValue, Context) -> Result<AWSValue, AWSError>

    /// The service that is answered for.
    public let service: ServiceModel

    private let wire: any WireProtocol
    private var handlers: [String: Handler] = [:]

    /// Knows all operations of the service, and how to do none.
    public init(_ service: ServiceModel) {
        self.service = service
        wire = service.wireFormat.makeProtocol(for: service)
    }

    /// The names of the operations that have a handler.
    public var handledOperations: Set<String> { Set(handlers.keys) }

    /// Says how to do an operation. The input is validated; what `body` throws is the answer.
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

    /// Answers a request. Never fails: errors are answers.
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

    /// The operation that a request means, as far as that can be told without its body.
    public func operationName(of request: AWSRequest) -> String? {
        do { return try wire.call(in: request).operation.name } catch { return nil }
    }

    /// An error as this service answers it.
    public func answer(_ error: AWSError, requestID: String) -> AWSResponse {
        wire.answer(error, requestID: requestID)
    }
}
