package import AWSProtocol
package import Domain

/// A page that tells operators how a service is, or lets them act on it.
///
/// Without authentication whoever reaches the port is the operator, and sees all accounts. With it a page is for the
/// account of the access key; sessions of roles see none, because functions hold such sessions.
package struct OperatorPage: Sendable {
    /// The path below `/_strata/`.
    package let path: String
    /// The HTTP method. A page that takes more words than fit into a query is asked for by `POST`.
    package let method: String
    /// Makes the document. On a thread that may wait.
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

/// What an operator asks for.
package struct OperatorRequest: Sendable {
    /// The path and the query.
    package let target: RequestTarget
    /// The body.
    package let body: [UInt8]
    /// Who asks.
    package let context: RequestContext
    /// The account whose state is shown; `nil` for all accounts.
    package let account: AccountID?

    /// Describes a request.
    package init(target: RequestTarget, body: [UInt8], context: RequestContext, account: AccountID?) {
        self.target = target
        self.body = body
        self.context = context
        self.account = account
    }
}
