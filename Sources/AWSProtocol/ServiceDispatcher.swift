/// Answers a service's requests: routes, decodes, validates, calls the operation's handler, and encodes what it says.
///
/// Fill it once with `handle`, then share it: answering is a function of the request and the context. Operations of the
/// model without a handler answer 501 with an error that names them.
public struct ServiceDispatcher<Context: Sendable>: Sendable {
    private typealias Handler = @Sendable (AWSRequest, [String: String], Context) -> Result<AWSResponse, AWSError>

    /// The service that is answered for.
    public let service: ServiceModel
    /// Finds operations; for those who must know the operation before the body is there.
    public let router: Router

    private var handlers: [String: Handler] = [:]

    /// Knows all operations of the service, and how to do none.
    public init(_ service: ServiceModel) {
        self.service = service
        router = Router(service.operations)
    }

    /// The names of the operations that have a handler.
    public var handledOperations: Set<String> { Set(handlers.keys) }

    /// Says how to do an operation. The input is validated; what `body` throws is the answer.
    public mutating func handle<Input, Output>(
        _ operation: AWSOperation<Input, Output>,
        _ body: @escaping @Sendable (Input, Context) throws(AWSError) -> Output
    ) {
        handlers[operation.descriptor.name] = { request, labels, context in
            do throws(AWSError) {
                let input = try operation.decode(request, labels: labels)
                return .success(operation.encode(try body(input, context)))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Finds the operation that a request line means.
    public func route(method: String, rawPath: String, rawQuery: String = "") -> Router.Match {
        router.match(method: method, rawPath: rawPath, rawQuery: rawQuery)
    }

    /// Answers a request. Never fails: errors are answers.
    public func respond(to request: AWSRequest, context: Context) -> AWSResponse {
        respond(
            to: request, matched: route(method: request.method, rawPath: request.rawPath, rawQuery: request.rawQuery),
            context: context)
    }

    /// Answers a request that has been routed.
    public func respond(to request: AWSRequest, matched match: Router.Match, context: Context) -> AWSResponse {
        switch match {
        case .operation(let operation, let labels):
            guard let handler = handlers[operation.name] else {
                return AWSError.notImplemented(service: service.name, operation: operation.name).response
            }
            return switch handler(request, labels, context) {
            case .success(let response): response
            case .failure(let error): error.response
            }
        case .notFound: return AWSError.unknownOperation.response
        case .methodNotAllowed: return AWSError.methodNotAllowed(request.method).response
        case .malformed: return AWSError.malformedPath.response
        }
    }
}

extension AWSError {
    /// A path that operations have, but none with this method.
    static func methodNotAllowed(_ method: String) -> AWSError {
        AWSError(
            "UnknownOperationException", status: 405,
            message: "The requested operation is not recognized by the service: this path has no \(method.prefix(16)).")
    }

    /// A path or query that cannot be decoded.
    static let malformedPath = AWSError.serialization("The path or query is not valid percent-encoded UTF-8.")
}
