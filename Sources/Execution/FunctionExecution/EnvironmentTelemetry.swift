internal import Telemetry

/// The subscribers of one environment's telemetry. Belongs to the thread that performs the environment's actions.
struct EnvironmentTelemetry: Sendable {
    private struct Early: Sendable {
        let category: TelemetrySubscription.Category
        let document: [UInt8]
        let interfaces: Set<TelemetryInterface>
    }

    private(set) var channels: [TelemetryChannel] = []
    /// What happened in the init phase, for subscribers that come during it; `nil` when subscriptions are closed.
    private var early: [Early]? = []
    /// The size of the documents in `early`.
    private var earlyBytes = 0

    /// Not more events than this of an init phase are kept for later subscribers.
    private static let earlyLimit = 1_000
    /// Nor any when they have this many bytes: a line may have 256 KiB, and every environment keeps its events until
    /// its init phase is over, whether or not it has extensions.
    private static let earlyBytesLimit = 1 << 20

    /// Whether there are subscribers, or may be.
    var isWanted: Bool { !channels.isEmpty || early != nil }

    /// Sends an event to all subscribers of its category.
    mutating func publish(
        _ category: TelemetrySubscription.Category, to interfaces: Set<TelemetryInterface> = [.telemetry, .logs],
        _ document: @autoclosure () -> [UInt8]
    ) {
        let isKept = early.map { $0.count < Self.earlyLimit && earlyBytes < Self.earlyBytesLimit } ?? false
        let listeners = channels.filter { $0.wants(category) && interfaces.contains($0.interface) }
        // A document costs more than a line, and a function decides how many lines there are.
        guard isKept || !listeners.isEmpty else { return }
        let document = document()
        if isKept {
            earlyBytes += document.count
            early?.append(Early(category: category, document: document, interfaces: interfaces))
        }
        for channel in listeners { channel.publish(document) }
    }

    /// Adds a subscriber, in place of an older subscription by its name, and sends it what happened before.
    mutating func subscribe(_ channel: TelemetryChannel) {
        channels.filter { $0.name == channel.name }.forEach { $0.close() }
        channels.removeAll { $0.name == channel.name }
        channels.append(channel)
        for event in early ?? [] where channel.wants(event.category) && event.interfaces.contains(channel.interface) {
            channel.publish(event.document)
        }
    }

    /// The init phase is over: subscriptions are closed.
    mutating func closeSubscriptions() { early = nil }

    /// The sandbox is gone. Another may follow.
    mutating func reset() {
        channels.forEach { $0.close() }
        self = EnvironmentTelemetry()
    }
}
