/// Serves the connections that environments open, by who is behind them (``EnvironmentOrigin``).
package protocol EnvironmentConnections: Sendable {
    /// Takes a connection over.
    func adopt(connection: Int32, origin: UInt32)

    /// Ends the connections of an origin: everything behind them has ended.
    func hangUp(origin: UInt32)
}
