package import HTTP

/// How a service answers one request of its data plane: an invocation, a download, an upload.
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

    /// How the request's body reaches the service.
    package enum Body: Sendable {
        /// As a whole, with the request. Responds; returns `nil` to respond through the exchange later. For
        /// ``Authentication/bearer`` the context is that of the default account.
        case whole(@Sendable (HTTPExchange, RequestContext) -> HTTPResponse?)
        /// Piece by piece, with backpressure, up to a number of bytes of content. Gives the receiver of one request,
        /// whose head is verified. Called on a serving thread, or for a short body on that of the executor: it must not
        /// wait.
        case streamed(limitBytes: Int, @Sendable (HTTPExchange, RequestContext) -> any ContentReceiver)
    }

    /// The authentication that the request needs.
    package let authentication: Authentication
    /// The thread that responds.
    package let executor: Executor
    /// How the body reaches the service.
    package let body: Body

    /// A route for requests whose body is read first.
    package init(
        authentication: Authentication, on executor: Executor = .servingThread,
        respond: @escaping @Sendable (HTTPExchange, RequestContext) -> HTTPResponse?
    ) {
        self.authentication = authentication
        self.executor = executor
        body = .whole(respond)
    }

    /// A route for requests whose body may be longer than memory should hold.
    ///
    /// - Parameters:
    ///   - limitBytes: The longest content.
    ///   - executor: The thread that finishes the request.
    package init(
        streamingFor api: String, limitBytes: Int, on executor: Executor,
        receiver: @escaping @Sendable (HTTPExchange, RequestContext) -> any ContentReceiver
    ) {
        authentication = .caller(of: api)
        self.executor = executor
        body = .streamed(limitBytes: limitBytes, receiver)
    }
}
