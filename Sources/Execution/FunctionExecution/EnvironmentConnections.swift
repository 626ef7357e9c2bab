/// Serves the connections that environments open, by who is behind them (``EnvironmentOrigin``).
package protocol EnvironmentConnections: Sendable {
    /// Takes a connection over.
    func adopt(connection: Int32, origin: UInt32)

    /// Handles what the origins' connections have received by now, then calls `body` once, on any thread.
    func readReceived(of origins: Set<UInt32>, then body: @escaping @Sendable () -> Void)

    /// Ends the connections of an origin: everything behind them has ended.
    func hangUp(origin: UInt32)
}
