internal import FunctionExecution

/// Where the invocations of a function, or of a version or alias of it, go.
struct InvocationRoute: Sendable {
    /// The version that is run.
    let first: FunctionRevision
    /// A second version, and the part of the invocations that it gets, from 0 to 1.
    let second: (revision: FunctionRevision, weight: Double)?
    /// What is configured for asynchronous invocations.
    let asynchronous: AsynchronousSettings

    /// The version that runs the next invocation.
    ///
    /// - Parameter random: From 0 up to, and without, 1.
    func choose(random: @autoclosure () -> Double) -> FunctionRevision {
        guard let second, random() < second.weight else { return first }
        return second.revision
    }
}
