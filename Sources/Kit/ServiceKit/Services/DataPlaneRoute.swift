package import HTTP

/// How a service answers one request of its data plane: an invocation, a download.
package struct DataPlaneRoute: Sendable {
    /// The authentication that a request needs.
    package enum Authentication: Hashable, Sendable {
        /// A caller who is authenticated for the API of this name.
        case caller(of: String)
        /// None: the request itself is the authorization, such as a link that expires.
        case bearer
    }

    /// The thread that responds.
    package enum Executor: Hashable, Sendable {
        /// The serving thread: it must not wait, neither for the disk nor for a lock that is held across I/O.
        case servingThread
        /// A thread of the control plane's work queue.
        case workQueue
    }

    /// The authentication that the request needs.
    package let authentication: Authentication
    /// The thread that responds.
    package let executor: Executor
    /// Takes the body piece by piece, with backpressure; `nil` to buffer the whole body. Called before the body
    /// arrives, with the caller that the head of the request claims.
    package let bodySink: (@Sendable (HTTPExchange, RequestContext) -> (any HTTPBodySink)?)?
    /// Responds; returns `nil` to respond through the exchange later. For ``Authentication/bearer`` the context
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
