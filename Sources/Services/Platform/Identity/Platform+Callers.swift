extension Platform {
    /// The function that runs in an environment; `nil` when the environment is gone.
    package func caller(ofEnvironment origin: UInt32) -> Caller? {
        guard let revision = pool.environment(origin)?.revision else { return nil }
        return .function(revision.function, role: revision.role)
    }
}
