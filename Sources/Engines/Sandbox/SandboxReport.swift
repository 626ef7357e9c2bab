internal import CSandbox
internal import LinuxSystem

/// A message from the sandbox's first processes; `struct strata_report` decoded.
enum SandboxReport {
    /// Pid 1 was created, and waits for the launcher's permission to go on.
    case created(processID: Int32, descriptor: Int32)
    /// The command runs. The descriptors are the listeners and, with sidecars, the pipe of their output.
    case started([Int32])
    /// A step of the set-up failed.
    case failed(SandboxError)
    /// A program exited with this wait status.
    case exited(program: Int, waitStatus: Int32)
    /// A program could not be executed.
    case notExecutable(program: Int, errno: Int32)
    /// A connection that was ordered; `nil` where no process listens.
    case connected(ticket: Int32, descriptor: Int32?)

    /// A system call was refused, for the first time.
    case refused(SystemCallAttempt)

    /// Decodes a message and prepares what it carries; nil when it is none, or when a descriptor is not what the
    /// message says. The descriptors are the caller's to close then.
    init?(_ bytes: [UInt8], descriptors: [Int32]) {
        guard bytes.count == MemoryLayout<strata_report>.size else { return nil }
        let report = bytes.withUnsafeBytes { $0.loadUnaligned(as: strata_report.self) }
        switch (strata_report_kind(report.kind), descriptors.count) {
        case (STRATA_REPORT_CREATED, 1):
            guard ReceivedDescriptor.prepare(descriptors[0], as: .process) else { return nil }
            self = .created(processID: report.value, descriptor: descriptors[0])
        case (STRATA_REPORT_STARTED, _): self = .started(descriptors)
        case (STRATA_REPORT_FAILED, 0): self = .failed(SandboxError(report))
        case (STRATA_REPORT_EXITED, 0): self = .exited(program: Int(report.stage), waitStatus: report.value)
        case (STRATA_REPORT_EXEC_FAILED, 0): self = .notExecutable(program: Int(report.stage), errno: report.error)
        case (STRATA_REPORT_REFUSED, 0):
            self = .refused(
                SystemCallAttempt(
                    number: report.value, first: UInt32(bitPattern: report.error), second: report.stage))
        case (STRATA_REPORT_CONNECTED, 0): self = .connected(ticket: report.value, descriptor: nil)
        case (STRATA_REPORT_CONNECTED, 1):
            guard ReceivedDescriptor.prepare(descriptors[0], as: .connection) else { return nil }
            self = .connected(ticket: report.value, descriptor: descriptors[0])
        default: return nil
        }
    }
}

extension SandboxReport {
    /// The descriptors that it carried.
    var descriptors: [Int32] {
        switch self {
        case .created(_, let descriptor): [descriptor]
        case .started(let descriptors): descriptors
        case .connected(_, let descriptor): [descriptor].compactMap(\.self)
        case .failed, .exited, .notExecutable, .refused: []
        }
    }
}

extension SandboxError {
    fileprivate init(_ report: strata_report) {
        let detail = withUnsafeBytes(of: report.detail) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        self.init(stage: Self.phrase(for: strata_stage(report.stage)), errno: report.error, detail: detail)
    }

    /// What each stage of the set-up does, as a phrase that follows "cannot".
    private static func phrase(for stage: strata_stage) -> String {
        switch stage {
        case STRATA_STAGE_PLAN: "read the plan"
        case STRATA_STAGE_CGROUP: "join the cgroup"
        case STRATA_STAGE_OUTPUT: "hand over the output pipe"
        case STRATA_STAGE_NAMESPACES: "make namespaces"
        case STRATA_STAGE_HANDSHAKE: "talk to the first process"
        case STRATA_STAGE_OWN_MAP: "map the server's user into the user namespace"
        case STRATA_STAGE_SESSION: "start a session"
        case STRATA_STAGE_PROPAGATION: "make mounts private"
        case STRATA_STAGE_SOURCE: "open a directory of the host"
        case STRATA_STAGE_OVERLAY: "overlay the layers"
        case STRATA_STAGE_ROOT: "mount the new root"
        case STRATA_STAGE_TREE: "make the root's directories"
        case STRATA_STAGE_ATTACH: "attach a directory of the host"
        case STRATA_STAGE_TMPFS: "mount a temporary file system"
        case STRATA_STAGE_PROC: "mount /proc"
        case STRATA_STAGE_MASK: "mask a part of /proc"
        case STRATA_STAGE_PIVOT: "enter the new root"
        case STRATA_STAGE_HOSTNAME: "set the host name"
        case STRATA_STAGE_LOOPBACK: "raise the loopback interface"
        case STRATA_STAGE_LISTENER: "listen inside"
        case STRATA_STAGE_USER_NAMESPACE: "enter the user namespace"
        case STRATA_STAGE_PRIVILEGES: "drop privileges"
        case STRATA_STAGE_LIMITS: "set resource limits"
        case STRATA_STAGE_SECCOMP: "install the system call filter"
        case STRATA_STAGE_RUNTIME: "prepare the runtime's process"
        case STRATA_STAGE_EXEC: "execute the runtime"
        default: "start the sandbox (stage \(stage.rawValue))"
        }
    }
}
