internal import Bytecode
internal import LinuxSystem
internal import Sandbox
internal import SandboxPlan

/// One run of a compiler in a sandbox: what it writes to its standard output becomes a draft.
struct Compilation {
    let plan: SandboxPlan
    let sandboxes: any SandboxProvider

    /// A source of 4 MiB takes some hundred megabytes; the compiler reads larger ones no more.
    static let limits = SandboxLimits(memoryBytes: 1 << 30, cpuCores: 1, processes: 8)
    /// The compiler itself stops at 256 MiB of bytecode.
    private static let outputBytes = 320 << 20
    /// The compiler itself stops after 120 s of processor time, which it may have to wait for.
    private static let seconds: UInt64 = 900
    /// From the end of the output to that of the processes.
    private static let exitMilliseconds: Int32 = 5_000

    /// Runs to the end. Blocks.
    ///
    /// - Parameter isStopping: asked again and again meanwhile; when it says yes, nothing is waited for any more.
    func run(into draft: PackDraft, unless isStopping: () -> Bool) throws {
        let sandbox = try sandboxes.start(plan)
        defer { sandbox.close() }
        let deadline = MonotonicClock.nowNanoseconds() + Self.seconds * 1_000_000_000
        while try copy(from: sandbox, to: draft) {
            guard !isStopping() else { throw CompilationError.stopped }
            guard MonotonicClock.nowNanoseconds() < deadline else { throw CompilationError.tooSlow }
            let memory = sandbox.memory()
            if !memory.isEnforced, memory.currentBytes > plan.limits.memoryBytes { sandbox.killForMemory() }
            _ = Readiness.await(sandbox.output, limitMilliseconds: 100)
        }
        _ = Readiness.await(sandbox.processDescriptor, limitMilliseconds: Self.exitMilliseconds)
        guard let exit = sandbox.reap(), exit == .exited(code: 0) else {
            throw CompilationError.failed(sandbox.reap())
        }
    }

    /// Copies what is in the pipe; `false` at its end.
    private func copy(from sandbox: any RunningSandbox, to draft: PackDraft) throws -> Bool {
        while true {
            switch PipeContent.read(sandbox.output) {
            case .bytes(let bytes):
                guard draft.byteCount + bytes.count <= Self.outputBytes else { throw CompilationError.tooLarge }
                try draft.write(bytes)
            case .nothing: return true
            case .ended: return false
            }
        }
    }
}

/// Why a package was not compiled.
enum CompilationError: Error, CustomStringConvertible {
    /// The server stops.
    case stopped
    /// The runtime's interpreter is not here any more.
    case interpreterMissing
    /// It took longer than the limit.
    case tooSlow
    /// It wrote more than the limit.
    case tooLarge
    /// The compiler ended otherwise than it should.
    case failed(SandboxExit?)

    var description: String {
        switch self {
        case .stopped: "the server stops"
        case .interpreterMissing: "the interpreter is missing"
        case .tooSlow: "it takes too long"
        case .tooLarge: "its bytecode is too large"
        case .failed(let exit): "the compiler ended: \(exit.map { "\($0)" } ?? "still running")"
        }
    }
}
