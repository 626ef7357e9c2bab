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

    /// What has arrived.
    enum Arrival {
        /// A report, and the process that sent it.
        case report(SandboxReport, sender: Int32)
        /// A message that is no report, with its descriptors, which the caller closes where that may block.
        case nonsense([Int32])
        /// Nothing, or the socket has ended.
        case nothing
    }

    /// What has arrived next; never blocks.
    func next() -> Arrival {
        do {
            guard
                case .message(let bytes, let descriptors, let sender) = try MessageSocket.receive(
                    socket, limitBytes: 512)
            else { return .nothing }
            guard let report = SandboxReport(bytes, descriptors: descriptors) else { return .nonsense(descriptors) }
            return .report(report, sender: sender)
        } catch {
            return .nothing  // an error of recvmsg is treated as the end: no more reports will come
        }
    }

    /// Waits for what arrives next until `deadline`.
    func next(until deadline: ContinuousClock.Instant) throws(SandboxError) -> Arrival {
        let left = ContinuousClock.now.duration(to: deadline)
        let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
        guard Readiness.await(socket, limitMilliseconds: Int32(clamping: max(0, milliseconds))) else {
            throw SandboxError(stage: "start the sandbox in time", errno: ETIMEDOUT)
        }
        let arrival = next()
        if case .nothing = arrival {
            throw SandboxError(stage: "hear from the sandbox", errno: EPIPE, detail: "strata-init ended early")
        }
        return arrival
    }
}
