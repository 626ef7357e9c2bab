internal import FunctionExecution
package import ServiceKit
extension LambdaService {
    /// The function that runs in an environment; `nil` when the environment is gone.
    package func caller(ofEnvironment origin: UInt32) -> Caller? {
        guard let revision = pool.revision(origin: origin) else { return nil }
        return .function(revision.function, role: revision.role)
    }
}
