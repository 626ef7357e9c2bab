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

    private var lastTicket: Int32 = 0

    /// More than that of an init phase is not kept for later subscribers.
    private static let earlyLimit = 1_000

    /// Whether there are subscribers, or may be.
    var isWanted: Bool { !channels.isEmpty || early != nil }

    /// Names a channel to the sandbox.
    mutating func makeTicket() -> Int32 {
        lastTicket &+= 1
        return lastTicket
    }

    /// Sends an event to all subscribers of its category.
    mutating func publish(
        _ category: TelemetrySubscription.Category, to interfaces: Set<TelemetryInterface> = [.telemetry, .logs],
        _ document: @autoclosure () -> [UInt8]
    ) {
        guard isWanted else { return }
        let event = Early(category: category, document: document(), interfaces: interfaces)
        if let count = early?.count, count < Self.earlyLimit { early?.append(event) }
        for channel in channels { Self.tell(channel, event) }
    }

    /// Adds a subscriber, in place of an older subscription by its name, and sends it what happened before.
    mutating func subscribe(_ channel: TelemetryChannel) {
        channels.filter { $0.name == channel.name }.forEach { $0.close() }
        channels.removeAll { $0.name == channel.name }
        channels.append(channel)
        for event in early ?? [] { Self.tell(channel, event) }
    }

    /// The init phase is over: subscriptions are closed.
    mutating func closeSubscriptions() { early = nil }

    /// Whether subscriptions are taken.
    var isOpen: Bool { early != nil }

    /// The sandbox is gone. Another may follow.
    mutating func reset() {
        channels.forEach { $0.close() }
        self = EnvironmentTelemetry()
    }

    private static func tell(_ channel: TelemetryChannel, _ event: Early) {
        guard channel.wants(event.category), event.interfaces.contains(channel.interface) else { return }
        channel.publish(event.document)
    }
}
