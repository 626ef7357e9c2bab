package import SandboxPlan

/// Starts sandboxes. Namespaces are the one implementation today; what a microVM needs is in decision 0036.
/// `SandboxContractTests` and `SidecarContractTests` are the contract of every implementation.
package protocol SandboxProvider: Sendable {
    /// Starts a sandbox and returns once its command runs.
    ///
    /// Blocks for a few milliseconds, and never longer than the provider's own limit. Safe on any thread, on several at
    /// once. After an error nothing is left: no process, mount, cgroup or descriptor.
    func start(_ plan: SandboxPlan) throws(SandboxError) -> any RunningSandbox
}

/// A sandbox whose command was started. Every method is safe on any thread. Only `close()` blocks; it is also called
/// when the last reference is released.
///
/// The descriptors belong to the sandbox and are closed by `close()`: stop watching them before.
package protocol RunningSandbox: AnyObject, Sendable {
    /// Listening, non-blocking TCP sockets inside the sandbox, in the order of the plan's ports.
    var listeners: [Int32] { get }
    /// The non-blocking end of the pipe to which everything inside writes its standard output and error.
    var output: Int32 { get }
    /// A pidfd that becomes readable when the last process inside has ended.
    var processDescriptor: Int32 { get }

    /// The non-blocking end of the pipe of the sidecars' output; `nil` for a plan without sidecars.
    var sidecarOutput: Int32? { get }
    /// Readable when events are waiting: ``takeEvents()``.
    var eventDescriptor: Int32 { get }

    /// The events since the last call, in order.
    func takeEvents() -> [SandboxEvent]
    /// Starts the command of a plan with sidecars; it waits for this call. False when the sandbox is ending.
    func runCommand() -> Bool
    /// Sends SIGTERM to a program: 0 is the command, others are the plan's sidecars from 1.
    func terminate(_ program: Int) -> Bool
    /// Sends SIGKILL to a program.
    func kill(_ program: Int) -> Bool
    /// Connects to a port of 127.0.0.1 inside; the connection arrives as an event with the ticket.
    func connect(port: UInt16, ticket: Int32) -> Bool

    /// Kills every process inside at once, frozen and daemonized ones too. `processDescriptor` reports the end. May be
    /// called again.
    func kill()
    /// The same, for a caller that found `memory()` above the limit: `reap()` will say `outOfMemory`.
    func killForMemory()
    /// How the sandbox ended; nil while a process inside still runs. Does not change once it is set.
    func reap() -> SandboxExit?

    /// Stops every process inside until `thaw()` (SIGSTOP, by pid 1). False when the sandbox is ending.
    func freeze() -> Bool
    /// Whether a process inside runs or waits for events: after `freeze()`, one that something has continued. Reads
    /// each process inside, so not for a thread that serves.
    func hasActivePrograms() -> Bool
    /// Continues the processes inside (SIGCONT, by pid 1). False when the sandbox is ending.
    func thaw() -> Bool
    /// Changes the CPU limit, in cores: the init phase may have more than the invocations. False when there is none.
    func setCPU(cores: Double) -> Bool
    /// The memory that the processes inside use now, and their peak.
    func memory() -> MemoryReading

    /// The peak memory in bytes, for a thread that serves: one system call where the kernel counts. Elsewhere it is the
    /// highest of all readings, and of a few processes measured now.
    func peakMemoryBytes() -> UInt64

    /// Kills what still runs, waits for its end, closes every descriptor and removes the cgroup. Later calls do
    /// nothing.
    func close()
}

/// An event inside a running sandbox.
package enum SandboxEvent: Hashable, Sendable {
    /// A program exited: the command (0) or a sidecar (from 1). A command without sidecars ends the sandbox, which
    /// ``RunningSandbox/reap()`` reports.
    case exited(Int, SandboxExit)
    /// A program could not be executed; the error is execve(2)'s.
    case notExecutable(Int, errno: Int32)
    /// A connection into the sandbox, non-blocking, for the caller to close. It may be in progress still: where no
    /// process listens, its first use fails. `nil` where none could be begun.
    case connected(ticket: Int32, Int32?)
    /// A program made a system call that the sandbox refuses, for the first time: the call, as in a program's source.
    /// `isPerformed` with ``SystemCallPolicy/log``.
    case callRefused(String, isPerformed: Bool)
    /// A message that the sandbox's first process cannot have sent; told once. Everything inside is being killed, which
    /// ``RunningSandbox/reap()`` reports, and no event follows: stop watching for events.
    case forged
}

/// What becomes of system calls that functions do not need.
package enum SystemCallPolicy: String, Hashable, Sendable, CaseIterable {
    /// They fail.
    case enforce
    /// They are performed, for functions that are trusted: to find what a program needs.
    case log
}

/// How a sandbox ended.
package enum SandboxExit: Hashable, Sendable {
    /// The command returned this exit code.
    case exited(code: Int32)
    /// The command could not be executed; the error is execve(2)'s.
    case notExecutable(errno: Int32)
    /// A signal from inside ended the command.
    case signaled(Int32)
    /// The command needed more memory than the limit. AWS reports it as `signal: killed`.
    case outOfMemory
    /// `kill()` or `close()` ended it.
    case killed
    /// Pid 1 was killed from outside, by a process of the host, and reported nothing; or its reports were forged.
    case lost
}

/// The memory use of a sandbox's processes.
package struct MemoryReading: Hashable, Sendable {
    /// Bytes in use now.
    package let currentBytes: UInt64
    /// The peak in bytes; with `isEnforced` false, the highest of all readings.
    package let peakBytes: UInt64
    /// Whether the kernel enforces the limit. If not, poll while the function is busy and call `killForMemory()`.
    package let isEnforced: Bool

    /// Describes a reading.
    package init(currentBytes: UInt64, peakBytes: UInt64, isEnforced: Bool) {
        self.currentBytes = currentBytes
        self.peakBytes = peakBytes
        self.isEnforced = isEnforced
    }
}
