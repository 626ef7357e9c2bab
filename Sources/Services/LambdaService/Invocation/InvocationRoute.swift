internal import FunctionExecution

/// The versions that run the invocations of a function, version or alias.
struct InvocationRoute: Sendable {
    /// The version, or the first version of an alias with weights.
    let first: FunctionRevision
    /// A second version, and its share of the invocations, from 0 to 1.
    let second: (revision: FunctionRevision, weight: Double)?
    /// The settings of asynchronous invocations.
    let asynchronous: AsynchronousSettings

    /// The version that runs the next invocation.
    ///
    /// - Parameter random: from 0 up to, but not including, 1.
    func choose(random: @autoclosure () -> Double) -> FunctionRevision {
        guard let second, random() < second.weight else { return first }
        return second.revision
    }
}
