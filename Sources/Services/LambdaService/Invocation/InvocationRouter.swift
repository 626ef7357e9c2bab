internal import LinuxSystem
internal import ServiceKit

/// Finds the routes of invocations without blocking a serving thread: from memory at once, and otherwise on a work
/// queue, where the catalogue and the packages are read.
final class InvocationRouter: Sendable {
    private let cache: RouteCache
    private let authorizer: FunctionAuthorizer
    private let read: @Sendable (FunctionTarget) throws(ServiceError) -> InvocationRoute
    private let queue: WorkQueue

    /// Reads that may be queued; beyond it callers get an error, and may retry.
    private static let queueCapacity = 4_096

    /// - Parameter read: reads a route that is not in the cache, and keeps it there.
    init(
        cache: RouteCache, authorizer: FunctionAuthorizer,
        read: @escaping @Sendable (FunctionTarget) throws(ServiceError) -> InvocationRoute
    ) throws(SystemCallError) {
        self.cache = cache
        self.authorizer = authorizer
        self.read = read
        queue = try WorkQueue(name: "routes", threadCount: 2, capacity: Self.queueCapacity)
    }

    /// Finds the route to a target, if the caller may invoke it.
    ///
    /// - Parameter found: called once: on this thread where memory has the answer, else on one of the queue's.
    func route(
        to target: FunctionTarget, for context: RequestContext,
        _ found: @escaping @Sendable (Result<InvocationRoute, ServiceError>) -> Void
    ) {
        if let known = known(target, context) { return found(known) }
        let isAccepted = queue.submit { [self] in
            do throws(ServiceError) {
                try authorizer.authorize(target, context)
                // A queued read of the same target may have found it.
                if let known = cache.known(target) { return found(known) }
                found(.success(try read(target)))
            } catch { found(.failure(error)) }
        }
        if !isAccepted {
            found(.failure(ServiceError(.service, "Too many functions are looked up at once; call again in a moment.")))
        }
    }

    /// Performs the queued reads, and ends.
    func stop() { queue.close() }

    /// The answer from memory; `nil` where the policy or the route has to be read.
    private func known(
        _ target: FunctionTarget, _ context: RequestContext
    ) -> Result<InvocationRoute, ServiceError>? {
        switch authorizer.knownDecision(on: target, context) {
        case .failure(let error): .failure(error)
        case .success: cache.known(target)
        case nil: nil
        }
    }
}
