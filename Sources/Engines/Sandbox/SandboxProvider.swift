package import SandboxPlan

/// Where sandboxes come from. Namespaces are the one kind today; microVMs are to be another.
package protocol SandboxProvider: Sendable {
    /// Starts a sandbox and returns once its command runs.
    ///
    /// Blocks for a few milliseconds, and never longer than the provider's own limit. Safe on any thread, on several at
    /// once. After an error nothing is left: no process, mount, cgroup or descriptor.
    func start(_ plan: SandboxPlan) throws(SandboxError) -> any RunningSandbox
}

/// A sandbox whose command was started. Every method is safe on any thread, and none blocks but `close()`, which also
/// happens when the last reference goes.
///
/// The descriptors belong to the sandbox and are closed by `close()`: stop watching them before.
package protocol RunningSandbox: AnyObject, Sendable {
    /// Listening, non-blocking TCP sockets inside the sandbox, in the order of the plan's ports.
    var listeners: [Int32] { get }
    /// The non-blocking end of the pipe to which everything inside writes its standard output and error.
    var output: Int32 { get }
    /// A pidfd that becomes readable when the last process inside has gone.
    var processDescriptor: Int32 { get }

    /// The non-blocking end of the pipe of what the plan's sidecars print; `nil` for a plan without any.
    var sidecarOutput: Int32? { get }
    /// Readable when events are waiting: ``takeEvents()``.
    var eventDescriptor: Int32 { get }

    /// What has happened to the programs inside since the last call.
    func takeEvents() -> [SandboxEvent]
    /// Starts the command of a plan with sidecars, which waits for this. False when the sandbox is ending.
    func runCommand() -> Bool
    /// Sends SIGTERM to a program: 0 is the command, others are the plan's sidecars from 1.
    func terminate(_ program: Int) -> Bool
    /// Sends SIGKILL to a program.
    func kill(_ program: Int) -> Bool
    /// Connects to a port of 127.0.0.1 inside; the connection arrives as an event with the ticket.
    func connect(port: UInt16, ticket: Int32) -> Bool

    /// Ends everything inside at once, also what is frozen, also what has daemonized. The end arrives at
    /// `processDescriptor`. There is no harm in calling it again.
    func kill()
    /// The same, for a caller that found `memory()` above the limit: `reap()` will say `outOfMemory`.
    func killForMemory()
    /// How the sandbox ended, or nil while something inside still lives. Does not change once it is not nil.
    func reap() -> SandboxExit?

    /// Stops every process inside until `thaw()` (SIGSTOP, by its first process). False when it is ending.
    func freeze() -> Bool
    /// Lets the processes inside go on. False when this host has no means to.
    func thaw() -> Bool
    /// Changes the CPU limit, in cores: the init phase may have more than the invocations. False when there is none.
    func setCPU(cores: Double) -> Bool
    /// What the processes inside use now, and the most they ever used.
    func memory() -> MemoryReading

    /// The most bytes ever in use: `memory().peakBytes`, at the price of one system call where the kernel counts.
    func peakMemoryBytes() -> UInt64

    /// Kills what still runs, waits for its end, closes every descriptor and removes the cgroup. Once is enough.
    func close()
}

/// What happened inside a sandbox that goes on.
package enum SandboxEvent: Hashable, Sendable {
    /// A program has ended: the command (0) or a sidecar (from 1). The end of a command without sidecars is the
    /// end of the sandbox, which ``RunningSandbox/reap()`` tells of.
    case exited(Int, SandboxExit)
    /// A program could not be executed, for the reason that execve(2) gives.
    case notExecutable(Int, errno: Int32)
    /// A connection into the sandbox, non-blocking, the caller's to close; `nil` where nobody listens.
    case connected(ticket: Int32, Int32?)
}

/// How a sandbox ended.
package enum SandboxExit: Hashable, Sendable {
    /// The command returned this exit code.
    case exited(code: Int32)
    /// The command could not be executed, for the reason that execve(2) gives.
    case notExecutable(errno: Int32)
    /// A signal from inside ended the command.
    case signaled(Int32)
    /// The command needed more memory than the limit. AWS reports it as `signal: killed`.
    case outOfMemory
    /// `kill()` or `close()` ended it.
    case killed
    /// It ended from outside without a word; somebody on the host killed its first process.
    case lost
}

/// What a sandbox's processes use of memory.
package struct MemoryReading: Hashable, Sendable {
    /// Bytes in use now.
    package let currentBytes: UInt64
    /// The most bytes ever in use; with `isEnforced` false, the most that any reading has seen.
    package let peakBytes: UInt64
    /// Whether the kernel keeps the limit. If not, read this while the function is busy and call `killForMemory()`.
    package let isEnforced: Bool

    /// Describes a reading.
    package init(currentBytes: UInt64, peakBytes: UInt64, isEnforced: Bool) {
        self.currentBytes = currentBytes
        self.peakBytes = peakBytes
        self.isEnforced = isEnforced
    }
}
