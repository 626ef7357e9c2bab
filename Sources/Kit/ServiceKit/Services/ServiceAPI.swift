package import AWSProtocol

/// One API of a service: its model, and the use case of each implemented operation. The other operations of the model
/// get status 501 and an error that names the operation.
package struct ServiceAPI: Sendable {
    /// Refuses callers that may not request an operation for any resource; throws the error for them.
    package typealias Admission = @Sendable (RequestContext) throws(ServiceError) -> Void

    private var dispatcher: ServiceDispatcher<RequestContext>
    private let admit: Admission
    /// The longest request that the service reads, in bytes.
    package let requestLimitBytes: Int

    /// Makes the API of a model, without operations.
    package init(
        _ model: ServiceModel, requestLimitBytes: Int, admission: @escaping Admission = { _ throws(ServiceError) in }
    ) {
        dispatcher = ServiceDispatcher(model)
        self.requestLimitBytes = requestLimitBytes
        admit = admission
    }

    /// The model.
    package var model: ServiceModel { dispatcher.service }

    /// Ties an operation to its use case. The context that it gets names the action, such as `lambda:GetFunction`.
    ///
    /// Not specialised for each operation: a model has hundreds, and what is here costs a call nothing.
    @inline(never) @_semantics("optimize.sil.specialize.generic.never")
    package mutating func offer<Input, Output>(
        _ operation: AWSOperation<Input, Output>,
        _ useCase: @escaping @Sendable (Input, RequestContext) throws(ServiceError) -> Output
    ) {
        let action = "\(model.name):\(operation.name)"
        dispatcher.handle(operation) { [admit] input, context throws(AWSError) in
            let context = context.asking(for: action)
            do throws(ServiceError) {
                try admit(context)
                return try useCase(input, context)
            } catch { throw context.answer(to: error) }
        }
    }

    /// Responds to a request, also with errors.
    package func respond(to request: AWSRequest, context: RequestContext) -> AWSResponse {
        dispatcher.respond(to: request, context: context)
    }

    /// The operation of a request, as far as its head names it.
    package func operationName(of request: AWSRequest) -> String? { dispatcher.operationName(of: request) }

    /// An error in the wire format of a request, of which the head is enough.
    package func answer(_ error: AWSError, to request: AWSRequest, requestID: String) -> AWSResponse {
        dispatcher.answer(error, to: request, requestID: requestID)
    }
}
