internal import CSandbox
internal import Glibc
internal import LinuxSystem

/// The server's end of a sandbox's control socket.
struct SandboxControl {
    let socket: Int32

    /// Sends pid 1 an order. Each order reads only its own arguments.
    func send(_ order: strata_order, program: Int = 0, port: UInt16 = 0, ticket: Int32 = 0) -> Bool {
        let message = strata_order_message(
            order: UInt8(order.rawValue), program: UInt8(program), port: port, ticket: ticket)
        return withUnsafeBytes(of: message) { MessageSocket.send(Array($0), to: socket) }
    }

    /// The next report, if one has arrived; nil when none has, or the socket has ended.
    func next() -> SandboxReport? {
        do {
            guard case .message(let bytes, let descriptors) = try MessageSocket.receive(socket, limitBytes: 512) else {
                return nil
            }
            return SandboxReport(bytes, descriptors: descriptors)
        } catch {
            return nil  // an error of recvmsg is treated as the end: no more reports will come
        }
    }

    /// Waits for the next report until `deadline`.
    func next(until deadline: ContinuousClock.Instant) throws(SandboxError) -> SandboxReport {
        let left = ContinuousClock.now.duration(to: deadline)
        let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
        guard Readiness.await(socket, limitMilliseconds: Int32(clamping: max(0, milliseconds))) else {
            throw SandboxError(stage: "start the sandbox in time", errno: ETIMEDOUT)
        }
        guard let report = next() else {
            throw SandboxError(stage: "hear from the sandbox", errno: EPIPE, detail: "strata-init ended early")
        }
        return report
    }
}
