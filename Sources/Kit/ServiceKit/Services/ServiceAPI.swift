package import AWSProtocol

/// One API of a service: its model, and the use case of each operation that exists here. The other operations of the
/// model answer 501 and name themselves.
package struct ServiceAPI: Sendable {
    /// Whether a caller may ask for an operation at all, before anything is known of the resource; throws what it is
    /// refused with.
    package typealias Admission = @Sendable (RequestContext) throws(ServiceError) -> Void

    private var dispatcher: ServiceDispatcher<RequestContext>
    private let admit: Admission
    /// The longest request that the service reads, in bytes.
    package let requestLimitBytes: Int

    /// Makes the API of a model, with no operation yet.
    package init(
        _ model: ServiceModel, requestLimitBytes: Int, admission: @escaping Admission = { _ throws(ServiceError) in }
    ) {
        dispatcher = ServiceDispatcher(model)
        self.requestLimitBytes = requestLimitBytes
        admit = admission
    }

    /// The model.
    package var model: ServiceModel { dispatcher.service }

    /// Ties an operation to its use case, which learns the action's name, such as `lambda:GetFunction`, from its
    /// context.
    package mutating func offer<Input, Output>(
        _ operation: AWSOperation<Input, Output>,
        _ useCase: @escaping @Sendable (Input, RequestContext) throws(ServiceError) -> Output
    ) {
        let action = "\(model.name):\(operation.descriptor.name)"
        dispatcher.handle(operation) { [admit] input, context throws(AWSError) in
            let context = context.asking(for: action)
            do throws(ServiceError) {
                try admit(context)
                return try useCase(input, context)
            } catch { throw error.aws }
        }
    }

    /// Answers a request. Errors are answers.
    package func respond(to request: AWSRequest, context: RequestContext) -> AWSResponse {
        dispatcher.respond(to: request, context: context)
    }

    /// The operation that a request means, as far as its head tells.
    package func operationName(of request: AWSRequest) -> String? { dispatcher.operationName(of: request) }

    /// An error in the form that the API's clients read.
    package func answer(_ error: AWSError, requestID: String) -> AWSResponse {
        dispatcher.answer(error, requestID: requestID)
    }
}
