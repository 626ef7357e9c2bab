internal import Glibc
internal import Sandbox
internal import Telemetry

/// How an invocation failed without an answer of its runtime, in Lambda's words.
///
/// Source: "Troubleshoot execution issues in Lambda" in the Lambda developer guide, and answers of the service quoted
/// there.
enum RuntimeFailure: Hashable, Sendable {
    /// The function's time-out ran out.
    case timedOut(seconds: Int)
    /// The runtime ended by itself.
    case exited(code: Int32)
    /// A signal ended the runtime.
    case signaled(Int32)
    /// The environment needed more memory than the function has.
    case outOfMemory
    /// The environment could not be made.
    case notStarted(String)
    /// The runtime's program could not be executed.
    case invalidEntrypoint(program: String, errno: Int32)
    /// The function has no bootstrap.
    case noBootstrap
    /// An extension failed, or ended; the type is the error's, such as `Extension.Crash`.
    case `extension`(String, String)
    /// An extension could not be started.
    case extensionLaunch(name: String, errno: Int32)

    /// - Parameter entrypoint: the runtime's program.
    init(_ exit: SandboxExit, entrypoint: String) {
        switch exit {
        case .notExecutable(let errno): self = .invalidEntrypoint(program: entrypoint, errno: errno)
        case .exited(let code): self = .exited(code: code)
        case .signaled(let number): self = .signaled(number)
        case .outOfMemory: self = .outOfMemory
        case .killed, .lost: self = .signaled(9)
        }
    }

    /// Whether a program may have ended because it was refused a system call.
    var mayComeOfARefusedCall: Bool {
        switch self {
        case .exited, .signaled, .extension: true
        case .timedOut, .outOfMemory, .notStarted, .invalidEntrypoint, .noBootstrap, .extensionLaunch: false
        }
    }

    /// The error's type, in the payload and in the report.
    var type: String {
        switch self {
        case .timedOut: "Sandbox.Timedout"
        case .exited, .signaled: "Runtime.ExitError"
        case .outOfMemory: "Runtime.OutOfMemory"
        case .notStarted: "Sandbox.StartError"
        case .invalidEntrypoint, .noBootstrap: "Runtime.InvalidEntrypoint"
        case .extension(let type, _): type
        case .extensionLaunch: "Extension.LaunchError"
        }
    }

    /// How the report shows it.
    var status: InvocationReport.Status {
        if case .timedOut = self { .timedOut } else { .failed(errorType: type) }
    }

    /// The payload: `errorType` and `errorMessage`.
    func payload(requestID: String) -> [UInt8] {
        let message = "RequestId: \(requestID) Error: \(sentence)"
        return Array(#"{"errorType":"\#(publicType)","errorMessage":"\#(Self.escape(message))"}"#.utf8)
    }

    /// The error's type as callers see it: an out-of-memory is an exit by signal; only the report names it.
    var publicType: String { self == .outOfMemory ? "Runtime.ExitError" : type }

    /// How a process ended, in the words for extensions.
    var exitWords: String {
        switch self {
        case .exited(code: 0): "exit code 0"
        case .exited(let code): "exit status \(code)"
        case .signaled(let number): "signal: \(Self.name(ofSignal: number))"
        case .outOfMemory: "signal: killed"
        default: sentence
        }
    }

    /// The error number that says that a file may not be executed.
    static let permissionDenied = EACCES

    /// What is wrong, as a sentence.
    var sentence: String {
        switch self {
        case .timedOut(let seconds): "Task timed out after \(seconds).00 seconds"
        case .exited(code: 0): "Runtime exited without providing a reason"
        case .exited(let code): "Runtime exited with error: exit status \(code)"
        case .signaled(let number): "Runtime exited with error: signal: \(Self.name(ofSignal: number))"
        case .outOfMemory: "Runtime exited with error: signal: killed"
        case .invalidEntrypoint(let program, let errno): "fork/exec \(program): \(Self.words(of: errno))"
        case .noBootstrap: "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
        case .extension(_, let message): message
        case .extensionLaunch(let name, let errno):
            "fork/exec \(ExtensionPrograms.folder)/\(name): \(Self.words(of: errno))"
        case .notStarted(let why): "the execution environment could not be started: \(why)"
        }
    }

    /// An error number as Go prints it: as the C library does, in lower case.
    private static func words(of errno: Int32) -> String {
        String(cString: strerror(errno)).lowercased()
    }

    /// Signals as Go prints them, which is what Lambda's answers show.
    private static func name(ofSignal number: Int32) -> String {
        switch number {
        case SIGHUP: "hangup"
        case SIGINT: "interrupt"
        case SIGQUIT: "quit"
        case SIGILL: "illegal instruction"
        case SIGTRAP: "trace/breakpoint trap"
        case SIGABRT: "aborted"
        case SIGBUS: "bus error"
        case SIGFPE: "floating point exception"
        case SIGKILL: "killed"
        case SIGUSR1: "user defined signal 1"
        case SIGSEGV: "segmentation fault"
        case SIGUSR2: "user defined signal 2"
        case SIGPIPE: "broken pipe"
        case SIGALRM: "alarm clock"
        case SIGTERM: "terminated"
        default: "signal \(number)"
        }
    }

    private static func escape(_ text: String) -> String {
        String(
            text.flatMap { character -> [Character] in
                switch character {
                case "\"", "\\": ["\\", character]
                case let other where other.isNewline: [" "]
                case let other where other.asciiValue.map({ $0 < 32 }) ?? false: [" "]
                default: [character]
                }
            })
    }
}
