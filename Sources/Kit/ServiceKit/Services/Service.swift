package import Domain
package import Telemetry

/// One AWS service of the server: its APIs, its data plane, and its work in the background.
///
/// The gateway knows services by this protocol only, and routes requests by the names in ``apis`` and by
/// ``dataPlaneRoute(for:method:)``. Services do not know each other.
package protocol Service: Sendable {
    /// Its APIs, each with its model and the use cases of its operations. Most services have one.
    var apis: [ServiceAPI] { get }

    /// The route of a request that is no operation of a model, or an operation that must not go through the model, such
    /// as an invocation; `nil` for all other requests. Called on a serving thread for each request: it must not wait.
    func dataPlaneRoute(for target: RequestTarget, method: String) -> DataPlaneRoute?

    /// Its pages for operators, below `/_strata/`.
    var operatorPages: [OperatorPage] { get }

    /// Appends its metrics to the text that Prometheus scrapes. May read files.
    ///
    /// - Parameter account: the account to report; `nil` for all accounts.
    func writeMetrics(of account: AccountID?, to text: inout PrometheusText) throws(ServiceError)

    /// Whether it works.
    var health: ServiceHealth { get }

    /// Forgets everything that clients have made, of all accounts, as if the server had just been installed. For tests,
    /// between which it is called. One that fails may have forgotten a part, and may be called again.
    func reset() throws(ServiceError)

    /// Starts its work in the background. Called once, when the server accepts connections.
    func start() throws

    /// Refuses new work, waits for running work, and ends it when the patience is exhausted. Called once.
    func stop(_ patience: ShutdownPatience)
}

extension Service {
    /// No data plane.
    package func dataPlaneRoute(for target: RequestTarget, method: String) -> DataPlaneRoute? { nil }
    /// No pages.
    package var operatorPages: [OperatorPage] { [] }
    /// No metrics.
    package func writeMetrics(of account: AccountID?, to text: inout PrometheusText) throws(ServiceError) {}
    /// Healthy.
    package var health: ServiceHealth { .healthy }
    /// No work in the background.
    package func start() throws {}
    /// No work to end.
    package func stop(_ patience: ShutdownPatience) {}
}

/// Whether a service works.
package enum ServiceHealth: Hashable, Sendable {
    /// It works.
    case healthy
    /// It does not work, or not fully, for this reason.
    case degraded(String)
}

/// How long a shutdown waits for running work.
package struct ShutdownPatience {
    /// The longest wait, in seconds.
    package let seconds: Double
    /// Polled during the wait; `true` ends it at once.
    package let isExhausted: () -> Bool

    /// Sets the limits.
    package init(seconds: Double, isExhausted: @escaping () -> Bool = { false }) {
        self.seconds = seconds
        self.isExhausted = isExhausted
    }
}
