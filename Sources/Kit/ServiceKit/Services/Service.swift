package import Domain
package import Telemetry

/// One AWS service of the server: what it answers, and what runs behind that.
///
/// The gateway knows services by this protocol only, and finds the one that a request is for by the names in ``apis``
/// and by ``dataPlaneRoute(for:method:)``. Services do not know each other.
package protocol Service: Sendable {
    /// The APIs that it speaks, each with its model and the use cases of its operations. Most services speak one.
    var apis: [ServiceAPI] { get }

    /// How a request is answered that is no operation of a model, or one that must not go through it, such as an
    /// invocation; `nil` for every other request. Called on a serving thread for each request: it must not wait.
    func dataPlaneRoute(for target: RequestTarget, method: String) -> DataPlaneRoute?

    /// Its pages for operators, below `/_strata/`.
    var operatorPages: [OperatorPage] { get }

    /// Appends its figures to what Prometheus scrapes. May read files.
    ///
    /// - Parameter account: whose figures; `nil` for those of all accounts.
    func writeMetrics(of account: AccountID?, to text: inout PrometheusText) throws(ServiceError)

    /// Whether it can do its work.
    var health: ServiceHealth { get }

    /// Starts its work in the background. Called once, when the server accepts connections.
    func start() throws

    /// Refuses new work, waits for what runs, and ends it when the patience is over. Called once.
    func stop(_ patience: ShutdownPatience)
}

extension Service {
    /// No data plane.
    package func dataPlaneRoute(for target: RequestTarget, method: String) -> DataPlaneRoute? { nil }
    /// No pages.
    package var operatorPages: [OperatorPage] { [] }
    /// No figures.
    package func writeMetrics(of account: AccountID?, to text: inout PrometheusText) throws(ServiceError) {}
    /// Well.
    package var health: ServiceHealth { .healthy }
    /// Nothing runs in the background.
    package func start() throws {}
    /// Nothing has to end.
    package func stop(_ patience: ShutdownPatience) {}
}

/// Whether a service can do its work.
package enum ServiceHealth: Hashable, Sendable {
    /// It can.
    case healthy
    /// It cannot, or not all of it; the text says why.
    case degraded(String)
}

/// How long a shutdown waits for what runs.
package struct ShutdownPatience {
    /// At most this long, in seconds.
    package let seconds: Double
    /// Asked again and again meanwhile; `true` ends the waiting at once.
    package let isExhausted: () -> Bool

    /// Sets the limits.
    package init(seconds: Double, isExhausted: @escaping () -> Bool = { false }) {
        self.seconds = seconds
        self.isExhausted = isExhausted
    }
}
