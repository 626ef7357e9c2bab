internal import Glibc
internal import LinuxSystem
internal import SandboxPlan

/// A sandbox between the spawn of `strata-init` and the report that its command runs.
///
/// Whoever holds one ends it in one of two ways: `awaitStart` succeeds and hands everything over, or `abandon()` takes
/// everything away.
struct SandboxLaunch {
    /// What a started sandbox consists of, for its owner to close.
    struct Started {
        let control: SandboxControl
        let output: Int32
        let processID: Int32
        let processDescriptor: Int32
        let listeners: [Int32]
        /// What sidecars print, where the plan has any.
        let sidecarOutput: Int32?
    }

    private let porter: ChildProcess
    private let control: SandboxControl
    private let output: Int32
    private let listenerCount: Int
    private var processID: Int32 = -1
    private var processDescriptor: Int32 = -1

    /// Spawns `strata-init` with the plan.
    init(_ initExecutable: String, plan: SandboxPlan, placement: SandboxPlacement) throws(SandboxError) {
        listenerCount = if case .isolated(let listeners) = plan.network { listeners.count } else { 0 }
        let message: [UInt8]
        do { message = try plan.encoded(placement: placement) } catch {
            throw SandboxError(stage: "encode the plan", errno: 0, detail: error.description)
        }
        do {
            let pair = try MessagePair()
            let pipe = try ProcessPipe()
            let input = try FileDescriptor.null()
            let file = try FileDescriptor.memory("strata-plan", holding: message)
            // The order is strata-init's: input, output, error, control, plan.
            porter = try ChildProcess.spawn(
                initExecutable, arguments: [],
                descriptors: [
                    input.rawValue, pipe.writing.rawValue, pipe.writing.rawValue, pair.theirs.rawValue, file.rawValue,
                ])
            control = SandboxControl(socket: pair.keepOurs())
            output = pipe.keepReading()
        } catch {
            throw SandboxError(error)
        }
    }

    /// Follows the reports until the command runs.
    mutating func awaitStart(until deadline: ContinuousClock.Instant) throws(SandboxError) -> Started {
        while true {
            switch try control.next(until: deadline) {
            case .born(let id, let descriptor): (processID, processDescriptor) = (id, descriptor)
            case .failed(let error): throw error
            case .started(let listeners):
                porter.wait()  // it had its last word before pid 1 could finish, so this does not block
                return Started(
                    control: control, output: output, processID: processID, processDescriptor: processDescriptor,
                    listeners: Array(listeners.prefix(listenerCount)),
                    sidecarOutput: listeners.dropFirst(listenerCount).first)
            case .exited, .notExecutable, .connected:
                throw SandboxError(stage: "start the runtime", errno: EPROTO, detail: "it ended before it was started")
            }
        }
    }

    /// Ends what was begun and waits for its end, so that nothing of it is left.
    ///
    /// Pid 1 does nothing before the porter, having told of it, lets it; if the porter is killed in between, pid 1 ends
    /// by itself, and what stays is a zombie whose number nobody knows, until the server ends. It takes a time-out
    /// within those microseconds.
    mutating func abandon() {
        porter.kill()
        porter.wait()
        // The porter may have told of pid 1 after we stopped listening.
        while let report = control.next() {
            switch report {
            case .born(_, let descriptor): processDescriptor = descriptor
            default: report.discard()
            }
        }
        if processDescriptor >= 0 {
            SandboxProcess.end(processDescriptor)
            _ = FileDescriptor(owning: processDescriptor)
        }
        _ = FileDescriptor(owning: control.socket)
        _ = FileDescriptor(owning: output)
    }
}
