internal import CSandbox
internal import Glibc
internal import LinuxSystem

/// The server's end of a sandbox's control socket.
struct SandboxControl {
    let socket: Int32

    /// Tells pid 1 to stop, or to let go on, everything else inside.
    func send(_ order: strata_order) -> Bool {
        MessageSocket.send([UInt8(order.rawValue)], to: socket)
    }

    /// The next report if one has arrived; nil when none has, or none will.
    func next() -> SandboxReport? {
        do {
            guard case .message(let bytes, let descriptors) = try MessageSocket.receive(socket, limitBytes: 512) else {
                return nil
            }
            return SandboxReport(bytes, descriptors: descriptors)
        } catch {
            return nil  // an error of recvmsg means what an end means: nothing more will be said
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
