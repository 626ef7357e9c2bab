package import AWSProtocol
package import Domain

/// A page that shows operators the state of a service, or acts on it.
///
/// Without authentication every client is an operator of all accounts. With authentication a page is for the account of
/// the access key; sessions of roles get none, because functions have such sessions.
package struct OperatorPage: Sendable {
    /// The path below `/_strata/`.
    package let path: String
    /// The HTTP method. Pages with parameters that do not fit into a query use `POST`.
    package let method: String
    /// Makes the document. Called on a thread that may wait.
    package let respond: @Sendable (OperatorRequest) throws(ServiceError) -> AWSValue

    /// Describes a page.
    package init(
        _ method: String, _ path: String,
        respond: @escaping @Sendable (OperatorRequest) throws(ServiceError) -> AWSValue
    ) {
        self.path = path
        self.method = method
        self.respond = respond
    }
}

/// An operator's request for a page.
package struct OperatorRequest: Sendable {
    /// The path and the query.
    package let target: RequestTarget
    /// The body.
    package let body: [UInt8]
    /// The caller, with the account and region of the request.
    package let context: RequestContext
    /// The account to show; `nil` for all accounts.
    package let account: AccountID?

    /// Describes a request.
    package init(target: RequestTarget, body: [UInt8], context: RequestContext, account: AccountID?) {
        self.target = target
        self.body = body
        self.context = context
        self.account = account
    }
}
