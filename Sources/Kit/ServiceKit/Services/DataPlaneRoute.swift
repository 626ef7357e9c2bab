package import HTTP

/// How a service answers one request of its data plane: an invocation, a download.
package struct DataPlaneRoute: Sendable {
    /// Who may send the request.
    package enum Authentication: Hashable, Sendable {
        /// A caller who is authenticated for the API of this name.
        case caller(of: String)
        /// Anyone: the request itself carries what authorizes it, such as a link that expires.
        case bearer
    }

    /// Where the answer is made.
    package enum Executor: Hashable, Sendable {
        /// On the serving thread: it must not wait, neither for the disk nor for a lock that is held across I/O.
        case servingThread
        /// On a thread of the control plane's work queue.
        case workQueue
    }

    /// Who may send it.
    package let authentication: Authentication
    /// Where the answer is made.
    package let executor: Executor
    /// Takes the body piece by piece, under backpressure; `nil` to have it gathered. Called before the body arrives,
    /// with the caller as the head of the request shows it.
    package let bodySink: (@Sendable (HTTPExchange, RequestContext) -> (any HTTPBodySink)?)?
    /// Makes the answer; returns `nil` to respond through the exchange later. For ``Authentication/bearer`` the context
    /// is that of the default account.
    package let respond: @Sendable (HTTPExchange, RequestContext) -> HTTPResponse?

    /// Describes a route.
    package init(
        authentication: Authentication, on executor: Executor = .servingThread,
        bodySink: (@Sendable (HTTPExchange, RequestContext) -> (any HTTPBodySink)?)? = nil,
        respond: @escaping @Sendable (HTTPExchange, RequestContext) -> HTTPResponse?
    ) {
        self.authentication = authentication
        self.executor = executor
        self.bodySink = bodySink
        self.respond = respond
    }
}
