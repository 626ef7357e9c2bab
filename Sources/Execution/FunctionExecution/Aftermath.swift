internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import Sandbox

/// What is left to do when an environment's lock is released. A value; the pool performs it.
struct Aftermath: Sendable {
    /// Questions that waited, and their answers.
    var answers: [(HTTPExchange, HTTPResponse)] = []
    /// An invocation that is answered.
    var completion: ExecutionEnvironment.Completion?
    /// A request whose answer is there, and waits a moment for extensions.
    var unsentRequest: String?
    /// A timer whose invocation is over.
    var needlessTimer: EventLoop.Token?
    /// The init phase is over, and the time of this invocation begins.
    var started: Invocation?
    /// A provisioned environment has ended its init phase, and waits for its first invocation.
    var isReady = false
    /// The invocation is over, and the environment waits for another.
    var isIdle = false
    /// The environment will run nothing any more, though its sandbox is still there.
    var isLeaving = false
    /// A stage of the shutdown has begun, for so many milliseconds.
    var shutdownStage: (ShutdownSequence.Stage, milliseconds: Int)?
    /// A sandbox of which everything is to end.
    var doomed: (any RunningSandbox)?

    /// Adds what follows from something that happened after that.
    mutating func add(_ other: Aftermath) {
        answers += other.answers
        completion = completion ?? other.completion
        unsentRequest = unsentRequest ?? other.unsentRequest
        needlessTimer = needlessTimer ?? other.needlessTimer
        started = started ?? other.started
        isReady = isReady || other.isReady
        isIdle = isIdle || other.isIdle
        isLeaving = isLeaving || other.isLeaving
        shutdownStage = shutdownStage ?? other.shutdownStage
        doomed = doomed ?? other.doomed
    }

    /// Refuses questions.
    mutating func refuse(_ waiters: [HTTPExchange]) {
        answers += waiters.map { ($0, HTTPResponse(status: 410)) }
    }
}
