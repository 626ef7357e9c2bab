import CSandbox
import Glibc
import LinuxSystem
import SandboxPlan

@testable import Sandbox

/// A sandbox whose control socket is in the hands of this process, as if a program inside had taken it. What runs is a
/// real sandbox, so that its end can be seen.
final class FakePeer {
    let sandbox: NamespaceSandbox
    let real: any RunningSandbox
    private let control: FileDescriptor

    /// - Parameter isFirstProcess: whether this process counts as the sandbox's pid 1, so that what it sends has the
    ///   right sender.
    init(_ fixture: SandboxFixture, isFirstProcess: Bool, sidecarCount: Int = 0) throws {
        real = try fixture.start(fixture.shell("sleep 60"))
        let pair = try MessagePair()
        control = FileDescriptor(owning: fcntl(pair.childEnd.rawValue, F_DUPFD_CLOEXEC, 3))
        sandbox = NamespaceSandbox(
            SandboxLaunch.Started(
                control: SandboxControl(socket: pair.takeParentEnd()), output: try FileDescriptor.null().release(),
                processID: isFirstProcess ? getpid() : 1,
                processDescriptor: fcntl(real.processDescriptor, F_DUPFD_CLOEXEC, 3), listeners: [],
                sidecarOutput: nil, sidecarCount: sidecarCount),
            limits: SandboxLimits(memoryBytes: 1 << 30, cpuCores: 1), cgroup: nil, systemCalls: .enforce, onClose: {})
    }

    deinit {
        sandbox.close()
        real.close()
    }

    /// Whether the sandbox's processes have been killed, within ten seconds.
    func hasEnded() -> Bool { Readiness.await(real.processDescriptor, limitMilliseconds: 10_000) }

    /// Sends a report.
    func send(
        _ kind: strata_report_kind, program: UInt32 = 0, value: Int32 = 0, descriptors: [Int32] = []
    ) -> Bool {
        var report = strata_report()
        (report.kind, report.stage, report.value) = (UInt32(kind.rawValue), program, value)
        return send(withUnsafeBytes(of: report) { Array($0) }, descriptors: descriptors)
    }

    /// Sends bytes and descriptors (sendmsg(2), cmsg(3)).
    func send(_ bytes: [UInt8], descriptors: [Int32] = []) -> Bool {
        var bytes = bytes
        var ancillary = [UInt64](repeating: 0, count: 2 + (descriptors.count + 1) / 2)
        ancillary[0] = UInt64(16 + 4 * descriptors.count)
        ancillary.withUnsafeMutableBytes { buffer in
            buffer.storeBytes(of: SOL_SOCKET, toByteOffset: 8, as: Int32.self)
            buffer.storeBytes(of: 1, toByteOffset: 12, as: Int32.self)  // SCM_RIGHTS
            for (index, descriptor) in descriptors.enumerated() {
                buffer.storeBytes(of: descriptor, toByteOffset: 16 + 4 * index, as: Int32.self)
            }
        }
        return bytes.withUnsafeMutableBytes { bytes in
            ancillary.withUnsafeMutableBytes { ancillary in
                var part = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return withUnsafeMutablePointer(to: &part) { part in
                    var message = msghdr()
                    (message.msg_iov, message.msg_iovlen) = (part, 1)
                    if !descriptors.isEmpty {
                        (message.msg_control, message.msg_controllen) = (ancillary.baseAddress, ancillary.count)
                    }
                    return sendmsg(control.rawValue, &message, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)) >= 0
                }
            }
        }
    }
}
