internal import Telemetry

/// Who is told what happens in an environment. Under its lock.
struct EnvironmentTelemetry: Sendable {
    private struct Early: Sendable {
        let category: TelemetrySubscription.Category
        let document: [UInt8]
        let interfaces: Set<TelemetryInterface>
    }

    private(set) var channels: [TelemetryChannel] = []
    /// What happened in the init phase, for those who subscribe during it; `nil` when nobody can any more.
    private var early: [Early]? = []

    private var lastTicket: Int32 = 0

    /// More than that of an init phase is not kept for later subscribers.
    private static let earlyLimit = 1_000

    /// Whether anybody wants to know, or may want to.
    var isWanted: Bool { !channels.isEmpty || early != nil }

    /// Names a channel to the sandbox.
    mutating func makeTicket() -> Int32 {
        lastTicket &+= 1
        return lastTicket
    }

    /// Tells whoever wants to know.
    mutating func publish(
        _ category: TelemetrySubscription.Category, to interfaces: Set<TelemetryInterface> = [.telemetry, .logs],
        _ document: @autoclosure () -> [UInt8]
    ) {
        guard isWanted else { return }
        let event = Early(category: category, document: document(), interfaces: interfaces)
        if let count = early?.count, count < Self.earlyLimit { early?.append(event) }
        for channel in channels { Self.tell(channel, event) }
    }

    /// Somebody subscribes: in place of a subscription of its own, if it has one. Is told what happened before.
    mutating func subscribe(_ channel: TelemetryChannel) {
        channels.filter { $0.name == channel.name }.forEach { $0.close() }
        channels.removeAll { $0.name == channel.name }
        channels.append(channel)
        for event in early ?? [] { Self.tell(channel, event) }
    }

    /// The init phase is over: nobody subscribes any more.
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
