internal import LinuxSystem
internal import ServiceKit

/// Finds where invocations go without making a serving thread wait: from memory at once, and otherwise on a work queue,
/// where the catalogue and the packages are read.
final class InvocationRouter: Sendable {
    private let cache: RouteCache
    private let authorizer: FunctionAuthorizer
    private let read: @Sendable (FunctionTarget) throws(ServiceError) -> InvocationRoute
    private let queue: WorkQueue

    /// Readings that may wait; beyond it a caller is told to come again.
    private static let backlog = 4_096

    /// - Parameter read: reads a route that is not known, and keeps it.
    init(
        cache: RouteCache, authorizer: FunctionAuthorizer,
        read: @escaping @Sendable (FunctionTarget) throws(ServiceError) -> InvocationRoute
    ) throws(SystemCallError) {
        self.cache = cache
        self.authorizer = authorizer
        self.read = read
        queue = try WorkQueue(name: "routes", threadCount: 2, capacity: Self.backlog)
    }

    /// Finds where invocations of a target go, if the caller may invoke it.
    ///
    /// - Parameter found: called once: on this thread where memory has the answer, else on one of the queue's.
    func route(
        to target: FunctionTarget, for context: RequestContext,
        _ found: @escaping @Sendable (Result<InvocationRoute, ServiceError>) -> Void
    ) {
        if authorizer.isDecidable(target, context) {
            do throws(ServiceError) { try authorizer.authorize(target, context) } catch {
                return found(.failure(error))
            }
            if let known = cache.known(target) { return found(known) }
        }
        let isAccepted = queue.submit { [self] in
            do throws(ServiceError) {
                try authorizer.authorize(target, context)
                if let known = cache.known(target) { return found(known) }
                found(.success(try read(target)))
            } catch { found(.failure(error)) }
        }
        if !isAccepted {
            found(.failure(ServiceError(.service, "Too many functions are looked up at once; call again in a moment.")))
        }
    }

    /// Ends the queue.
    func stop() { queue.close() }
}
