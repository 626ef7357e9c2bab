/// Who is behind a connection that came from inside an environment: which one, and for which of its two addresses.
///
/// One HTTP server serves clients and environments, with the same threads: an invocation's two connections then often
/// belong to one thread, and no other has to be woken in between.
package struct EnvironmentOrigin: Hashable, Sendable {
    /// The number that the HTTP server knows the connection's origin by; never 0.
    package let number: UInt32

    private static let runtimeAPIBit: UInt32 = 1 << 31

    /// Reads an origin.
    package init(number: UInt32) { self.number = number }

    /// Names an environment's connections to the runtime API, or to the gateway.
    init(environment: UInt32, isRuntimeAPI: Bool) {
        number = isRuntimeAPI ? environment | Self.runtimeAPIBit : environment
    }

    /// The environment's number.
    package var environment: UInt32 { number & ~Self.runtimeAPIBit }

    /// Whether the connection is for the runtime API.
    package var isRuntimeAPI: Bool { number & Self.runtimeAPIBit != 0 }
}
