import CLinux
import Glibc
import LinuxSystem
import SandboxPlan
import Synchronization

@testable import Sandbox

/// A second implementation of the seam, for its contract: a supervisor process plays the machine, and an agent in it
/// takes orders and reports, as with a microVM. It isolates nothing; the processes are those of the host.
struct SupervisedSandboxProvider: SandboxProvider {
    func start(_ plan: SandboxPlan) throws(SandboxError) -> any RunningSandbox {
        do {
            return try SupervisedSandbox(plan)
        } catch let error as SystemCallError {
            throw SandboxError(error)
        } catch {
            throw SandboxError(stage: "start the supervisor", errno: EIO)
        }
    }
}

/// A sandbox of a ``SupervisedSandboxProvider``.
final class SupervisedSandbox: RunningSandbox {
    let listeners: [Int32]
    let output: Int32
    let processDescriptor: Int32
    let sidecarOutput: Int32?
    let eventDescriptor: Int32

    private struct State {
        var isOpen = true
        var isKilledForMemory = false
        var wasKilled = false
        var command: SandboxExit?
        var exit: SandboxExit?
    }

    private let state = Mutex(State())
    private let supervisor: ChildProcess
    private let watch: MemoryWatch

    init(_ plan: SandboxPlan) throws {
        guard case .isolated(let ports) = plan.network else { throw SystemCallError("network", errno: EINVAL) }
        listeners = try ports.map(Self.listen)
        let (outputEnds, sidecarEnds) = (try Self.pipe(), try Self.pipe())
        var sockets: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, &sockets) == 0 else {
            throw SystemCallError("socketpair")
        }
        var arguments = ["-I", "-c", SupervisorProgram.text]
        arguments += plan.command.map { "command=\($0)" } + plan.sidecars.map { "sidecar=\($0)" }
        arguments += plan.environment.map { "variable=\($0.key)=\($0.value)" }
        arguments += plan.sidecarEnvironment.map { "sidecarVariable=\($0.key)=\($0.value)" }
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        supervisor = try ChildProcess.spawn(
            "/usr/bin/python3", arguments: arguments,
            descriptors: [null, outputEnds.writing, outputEnds.writing, sockets[1], sidecarEnds.writing])
        for descriptor in [null, outputEnds.writing, sockets[1], sidecarEnds.writing] { Self.close(descriptor) }
        output = outputEnds.reading
        eventDescriptor = sockets[0]
        if plan.sidecars.isEmpty {
            Self.close(sidecarEnds.reading)
            sidecarOutput = nil
        } else {
            sidecarOutput = sidecarEnds.reading
        }
        processDescriptor = clinux_pidfd_open(supervisor.id)
        watch = MemoryWatch(processID: supervisor.id, limitBytes: plan.limits.memoryBytes)
        // It is started when the command runs: what is read before are failures of sidecars.
        while let report = Self.receive(eventDescriptor, waiting: true), report != ["started"] { keep(report) }
    }

    deinit { close() }

    private let kept = Mutex<[[String]]>([])

    private func keep(_ report: [String]) { kept.withLock { $0.append(report) } }

    // MARK: Events

    func takeEvents() -> [SandboxEvent] {
        state.withLock { state in
            guard state.isOpen, state.exit == nil else { return [] }
            return readReports(&state)
        }
    }

    private func readReports(_ state: inout State) -> [SandboxEvent] {
        var events: [SandboxEvent] = []
        var reports = kept.withLock { reports in
            defer { reports = [] }
            return reports
        }
        while let report = Self.receive(eventDescriptor, waiting: false) { reports.append(report) }
        for report in reports {
            let values = report.dropFirst().compactMap { Int32($0) }
            switch report.first {
            case "exited":
                let exit = SandboxExit(waitStatus: values[1], killedByMemoryLimit: state.isKilledForMemory)
                if values[0] == 0 { state.command = exit }
                events.append(.exited(Int(values[0]), exit))
            case "notExecutable":
                if values[0] == 0 { state.command = .notExecutable(errno: values[1]) }
                events.append(.notExecutable(Int(values[0]), errno: values[1]))
            case "connect": events.append(.connected(ticket: values[1], Self.connect(UInt16(values[0]))))
            default: break
            }
        }
        return events
    }

    // MARK: Orders

    private func order(_ text: String) -> Bool {
        state.withLock { state in
            guard state.isOpen, state.exit == nil else { return false }
            let bytes = Array(text.utf8)
            return send(eventDescriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        }
    }

    func runCommand() -> Bool { order("run") }
    func terminate(_ program: Int) -> Bool { order("terminate \(program)") }
    func kill(_ program: Int) -> Bool { order("kill \(program)") }
    func connect(port: UInt16, ticket: Int32) -> Bool { order("connect \(port) \(ticket)") }
    func freeze() -> Bool { order("freeze") }
    func thaw() -> Bool { order("thaw") }
    func setCPU(cores: Double) -> Bool { false }

    func kill() {
        state.withLock { $0.wasKilled = true }
        _ = order("end")
    }

    func killForMemory() {
        state.withLock { $0.isKilledForMemory = true }
        _ = order("end")
    }

    // MARK: State

    func hasActivePrograms() -> Bool {
        ProcessMemory.descendants(of: supervisor.id).dropFirst().contains { ProcessState.isActive($0) }
    }

    func memory() -> MemoryReading { watch.reading() }
    func peakMemoryBytes() -> UInt64 { watch.peakBytes() }

    func reap() -> SandboxExit? {
        state.withLock { state in
            if state.isOpen, state.exit == nil, Readiness.await(processDescriptor, limitMilliseconds: 0) {
                recordEnd(&state)
            }
            return state.exit
        }
    }

    private func recordEnd(_ state: inout State) {
        for case .connected(_, let descriptor?) in readReports(&state) { Self.close(descriptor) }
        _ = ProcessDescriptor.reap(processDescriptor)
        if state.isKilledForMemory {
            state.exit = .outOfMemory
        } else if let command = state.command, !(state.wasKilled && command == .signaled(SIGKILL)) {
            state.exit = command
        } else {
            state.exit = state.wasKilled ? .killed : .lost
        }
    }

    func close() {
        kill()
        _ = ProcessDescriptor.awaitEnd(processDescriptor, limitMilliseconds: 10_000)
        let isFirst = state.withLock { state in
            guard state.isOpen else { return false }
            if state.exit == nil { recordEnd(&state) }
            state.isOpen = false
            return true
        }
        guard isFirst else { return }
        let all = listeners + [output, processDescriptor, eventDescriptor] + [sidecarOutput].compactMap(\.self)
        all.forEach(Self.close)
    }

    // MARK: Descriptors

    private static func close(_ descriptor: Int32) { _ = FileDescriptor(owning: descriptor) }

    private static func pipe() throws(SystemCallError) -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard clinux_pipe(&ends) == 0, fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 else { throw SystemCallError("pipe2") }
        return (ends[0], ends[1])
    }

    /// The words of the next report; `nil` where there is none.
    private static func receive(_ socket: Int32, waiting: Bool) -> [String]? {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = recv(socket, &bytes, bytes.count, waiting ? 0 : Int32(MSG_DONTWAIT))
        guard count > 0 else { return nil }
        return String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: " ").map(String.init)
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func withAddress(
        _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = loopback(port)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func stream() -> Int32 {
        socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    }

    private static func listen(_ port: UInt16) throws(SystemCallError) -> Int32 {
        let socket = stream()
        guard withAddress(port, { bind(socket, $0, $1) }) == 0, Glibc.listen(socket, 16) == 0 else {
            throw SystemCallError("listen")
        }
        return socket
    }

    private static func connect(_ port: UInt16) -> Int32? {
        let socket = stream()
        if withAddress(port, { Glibc.connect(socket, $0, $1) }) == 0 || errno == EINPROGRESS { return socket }
        close(socket)
        return nil
    }
}
