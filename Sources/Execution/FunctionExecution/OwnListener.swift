internal import HTTP
internal import LinuxSystem
internal import Synchronization

/// The runtime API's listening socket of an environment that shares the host's network: a port of its own on loopback.
final class OwnListener: Sendable {
    let descriptor: Int32
    let port: UInt16
    private let isOpen = Mutex(true)

    init() throws(SystemCallError) {
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        port = socket.port
        descriptor = socket.takeDescriptor()
    }

    deinit { close() }

    /// Closes the socket. Called again, does nothing.
    func close() {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if wasOpen { _ = FileDescriptor(owning: descriptor) }
    }
}
