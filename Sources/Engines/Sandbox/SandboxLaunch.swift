internal import Glibc
internal import LinuxSystem
internal import SandboxPlan

/// A sandbox between the spawn of `strata-init` and the report that its command runs.
///
/// The owner ends it in one of two ways: `awaitStart` succeeds and hands over every resource, or `abandon()` releases
/// them.
struct SandboxLaunch {
    /// The resources of a started sandbox, for its owner to close.
    struct Started {
        let control: SandboxControl
        let output: Int32
        let processID: Int32
        let processDescriptor: Int32
        let listeners: [Int32]
        /// The pipe of the sidecars' output, where the plan has sidecars.
        let sidecarOutput: Int32?
        /// How many sidecars the plan has.
        let sidecarCount: Int
    }

    /// `strata-init`, which creates pid 1 and ends.
    private let launcher: ChildProcess
    private let control: SandboxControl
    private let output: Int32
    private let listenerCount: Int
    private let sidecarCount: Int
    private var processID: Int32 = -1
    private var processDescriptor: Int32 = -1

    /// Spawns `strata-init` with the plan.
    init(_ initExecutable: String, plan: SandboxPlan, placement: SandboxPlacement) throws(SandboxError) {
        listenerCount = if case .isolated(let listeners) = plan.network { listeners.count } else { 0 }
        sidecarCount = plan.sidecars.count
        let message: [UInt8]
        do { message = try plan.encoded(placement: placement) } catch {
            throw SandboxError(stage: "encode the plan", errno: 0, detail: error.description)
        }
        do {
            let pair = try MessagePair()
            let pipe = try ProcessPipe()
            let input = try FileDescriptor.null()
            let file = try FileDescriptor.memoryFile("strata-plan", content: message)
            // The order is strata-init's: input, output, error, control, plan.
            launcher = try ChildProcess.spawn(
                initExecutable, arguments: [],
                descriptors: [
                    input.rawValue, pipe.writeEnd.rawValue, pipe.writeEnd.rawValue, pair.childEnd.rawValue,
                    file.rawValue,
                ])
            control = SandboxControl(socket: pair.takeParentEnd())
            output = pipe.takeReadEnd()
        } catch {
            throw SandboxError(error)
        }
    }

    /// Follows the reports until the command runs. The launcher reports pid 1, and from then on pid 1 reports; what
    /// others say counts as a failure to start.
    mutating func awaitStart(until deadline: ContinuousClock.Instant) throws(SandboxError) -> Started {
        while true {
            let arrival = try control.next(until: deadline)
            switch arrival {
            case .report(.created(let id, let descriptor), launcher.id) where processDescriptor < 0:
                (processID, processDescriptor) = (id, descriptor)
            case .report(.failed(let error), launcher.id), .report(.failed(let error), processID): throw error
            case .report(.started(let descriptors), processID) where prepare(descriptors):
                launcher.wait()  // it sent its last report before pid 1 could finish, so this does not block
                return Started(
                    control: control, output: output, processID: processID, processDescriptor: processDescriptor,
                    listeners: Array(descriptors.prefix(listenerCount)),
                    sidecarOutput: descriptors.dropFirst(listenerCount).first, sidecarCount: sidecarCount)
            case .report, .nonsense, .nothing:
                Self.discard(arrival)
                throw SandboxError(stage: "start the runtime", errno: EPROTO, detail: "a report that does not fit")
            }
        }
    }

    /// Whether these are the plan's listeners and its sidecars' output, made ready for the event loop.
    private func prepare(_ descriptors: [Int32]) -> Bool {
        descriptors.count == listenerCount + (sidecarCount > 0 ? 1 : 0)
            && descriptors.prefix(listenerCount).allSatisfy { ReceivedDescriptor.prepare($0, as: .listener) }
            && descriptors.dropFirst(listenerCount).allSatisfy { ReceivedDescriptor.prepare($0, as: .pipeReader) }
    }

    /// Closes what has arrived and is not used. This thread may wait: it starts a sandbox.
    private static func discard(_ arrival: SandboxControl.Arrival) {
        switch arrival {
        case .report(let report, _): report.descriptors.forEach { _ = FileDescriptor(owning: $0) }
        case .nonsense(let descriptors): descriptors.forEach { _ = FileDescriptor(owning: $0) }
        case .nothing: break
        }
    }

    /// Kills what was started and waits for its end, so that nothing is left.
    ///
    /// Pid 1 waits until the launcher has reported it and lets it go on. If the launcher is killed in between, pid 1
    /// exits by itself and stays a zombie of unknown id until the server ends. That takes a time-out within those
    /// microseconds.
    mutating func abandon() {
        launcher.kill()
        launcher.wait()
        // The launcher may have reported pid 1 after we stopped reading.
        arrivals: while true {
            let arrival = control.next()
            switch arrival {
            case .report(.created(_, let descriptor), launcher.id) where processDescriptor < 0:
                processDescriptor = descriptor
            case .nothing: break arrivals
            case .report, .nonsense: Self.discard(arrival)
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
