internal import Telemetry

/// A moment by both clocks: the monotonic one for durations, the wall clock for what people and functions read.
struct Moment: Hashable, Sendable {
    /// Nanoseconds of the monotonic clock.
    var nanoseconds: UInt64
    /// Milliseconds since 1970.
    var milliseconds: Int64
}

/// What an environment machine has to know of its function's revision. Never changes.
struct EnvironmentDescription: Sendable {
    /// The function, as its events name it.
    let function: FunctionDescription
    /// The time-out in seconds.
    let timeoutSeconds: Int
    /// The names of the external extensions, in the order of their programs, which count from 1.
    let extensions: [String]
    /// The runtime's program; `nil` where neither the code nor its layers have any.
    let entrypoint: String?
    /// Whether the environment belongs to provisioned concurrency: it starts before any invocation.
    let isProvisioned: Bool
    /// The ports inside at which the server listens: the runtime API's, and that of the AWS API.
    let serverPorts: Set<UInt16>

    /// How the environment came to be, as events of the init phase name it.
    var initializationType: String { FunctionSandbox.initializationType(isProvisioned: isProvisioned) }

    /// The time-out as nanoseconds.
    var timeoutNanoseconds: UInt64 { UInt64(timeoutSeconds) * 1_000_000_000 }
    /// The time-out as milliseconds.
    var timeoutMilliseconds: Int64 { Int64(timeoutSeconds) * 1000 }
}

/// How long an environment waits for what.
enum EnvironmentPatience {
    /// Until a sandbox is there. Longer than a thousand sandboxes take that are asked for at once, and shorter than
    /// clients wait.
    static let startNanoseconds: UInt64 = 45_000_000_000
    /// How long an answer waits for extensions to ask for more: less than a caller of AWS waits for the network. A
    /// caller that calls again at once then finds the environment idle, unless its extensions really work on
    /// (docs/decisions/0018).
    static let answerNanoseconds: UInt64 = 10_000_000
    /// How long an environment stays thawed after its last invocation. Freezing costs a message to the sandbox's first
    /// process, and so does thawing; a client that calls again at once shall not pay for either.
    static let freezeNanoseconds: UInt64 = 50_000_000
    /// Freeze timers fire at multiples of this, so that one wake-up of the event loop serves many environments.
    static let freezeGridNanoseconds: UInt64 = 25_000_000
}
