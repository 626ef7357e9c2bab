internal import AWSProtocol

/// Something that the platform did, as logs and subscribers of telemetry are told of it.
///
/// Source: "Lambda Telemetry API Event schema reference" in the Lambda developer guide.
public enum PlatformEvent: Sendable {
    /// An init phase begins.
    case initStart(InitPhase, FunctionDescription)
    /// The runtime has asked for its first event, or has failed to.
    case initRuntimeDone(InitPhase, EventStatus)
    /// An init phase is over.
    case initReport(InitPhase, EventStatus, durationNanoseconds: UInt64)
    /// An invocation begins.
    case start(requestID: String, version: String, traceID: String?)
    /// The runtime has answered an invocation, or will not.
    case runtimeDone(
        requestID: String, EventStatus, durationNanoseconds: UInt64, producedBytes: Int, traceID: String?)
    /// An invocation is over: what its report says follows.
    case end(requestID: String)
    /// An invocation failed for a reason that its function has not told.
    case fault(String)
    /// An invocation is over.
    case report(InvocationReport, traceID: String?)
    /// An extension has registered, or has failed to.
    case `extension`(name: String, state: String, events: [String], errorType: String?)
    /// An extension has subscribed to telemetry.
    case subscription(name: String, types: [String], isLogs: Bool)
    /// Telemetry could not be delivered.
    case logsDropped(records: Int, bytes: Int, reason: String)
}

/// Which init phase an event is about.
public struct InitPhase: Hashable, Sendable {
    /// `init`, or `invoke` for one that is repeated within an invocation.
    public let phase: String
    /// `on-demand` or `provisioned-concurrency`.
    public let initializationType: String

    /// Names a phase.
    public init(phase: String, initializationType: String) {
        self.phase = phase
        self.initializationType = initializationType
    }
}

/// What `platform.initStart` says of the function.
public struct FunctionDescription: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The version.
    public let version: String
    /// The runtime, such as `python:3.12`.
    public let runtimeVersion: String
    /// Names the environment: its log stream.
    public let instanceID: String
    /// The function's memory in bytes.
    public let memoryBytes: UInt64

    /// Describes a function.
    public init(name: String, version: String, runtimeVersion: String, instanceID: String, memoryBytes: UInt64) {
        self.name = name
        self.version = version
        self.runtimeVersion = runtimeVersion
        self.instanceID = instanceID
        self.memoryBytes = memoryBytes
    }
}

/// How something ended.
public enum EventStatus: Hashable, Sendable {
    /// As it should.
    case success
    /// By an error of the function, the runtime or an extension.
    case error(type: String)
    /// By its time-out.
    case timeout

    /// The `status` of a record.
    public var recordStatus: String {
        switch self {
        case .success: "success"
        case .error: "error"
        case .timeout: "timeout"
        }
    }

    /// The `errorType` of a record.
    public var errorType: String? {
        if case .error(let type) = self { type } else { nil }
    }
}

extension PlatformEvent {
    /// The event's `type`.
    public var type: String {
        switch self {
        case .initStart: "platform.initStart"
        case .initRuntimeDone: "platform.initRuntimeDone"
        case .initReport: "platform.initReport"
        case .start: "platform.start"
        case .runtimeDone: "platform.runtimeDone"
        case .end: "platform.end"
        case .fault: "platform.fault"
        case .report: "platform.report"
        case .extension: "platform.extension"
        case .subscription(_, _, let isLogs): isLogs ? "platform.logsSubscription" : "platform.telemetrySubscription"
        case .logsDropped: "platform.logsDropped"
        }
    }

    /// The level at which the event is logged where logs are JSON.
    ///
    /// Source: "System log level event mapping" in the Lambda developer guide.
    public var level: SystemLogLevel {
        switch self {
        case .initStart, .start, .subscription: .info
        case .end: .debug
        case .initRuntimeDone(_, let status), .runtimeDone(_, let status, _, _, _):
            status == .success ? .debug : .warn
        case .initReport(let phase, let status, _):
            status != .success ? .warn : phase.initializationType == "on-demand" ? .debug : .info
        case .report(let report, _): report.status == .completed ? .info : .warn
        case .extension(_, _, _, let errorType): errorType == nil ? .info : .warn
        case .fault, .logsDropped: .warn
        }
    }

    /// Whether subscribers of an interface are told of such events: the older one knows nothing of the init phase, and
    /// the newer one has no events for what its reports say.
    public func isPublished(on interface: TelemetryInterface) -> Bool {
        switch self {
        case .initStart, .initRuntimeDone, .initReport: interface == .telemetry
        case .end, .fault: interface == .logs
        default: true
        }
    }

    /// The event's line where logs are text; `nil` for events that have none.
    public var line: String? {
        switch self {
        case .initStart(let phase, let function):
            // An init phase within an invocation has no such line of its own.
            phase.phase == "init" ? "INIT_START Runtime Version: \(function.runtimeVersion)" : nil
        case .initReport(let phase, let status, let duration):
            Self.initReportLine(phase, status, duration)
        case .start(let requestID, let version, _): "START RequestId: \(requestID) Version: \(version)"
        case .end(let requestID): "END RequestId: \(requestID)"
        case .fault(let text): text
        case .report(let report, _): report.line
        case .extension(let name, let state, let events, let errorType):
            "EXTENSION\tName: \(name)\tState: \(state)\tEvents: [\(events.joined(separator: ", "))]"
                + (errorType.map { "\tError Type: \($0)" } ?? "")
        case .subscription(let name, let types, let isLogs):
            "\(isLogs ? "LOGS" : "TELEMETRY")\tName: \(name)\tState: Subscribed\tTypes: "
                + "[\(types.map(\.capitalizedFirst).joined(separator: ", "))]"
        case .initRuntimeDone, .runtimeDone, .logsDropped: nil
        }
    }

    /// Lambda writes the line when an init phase fails, and when an environment was prepared before it was needed.
    private static func initReportLine(_ phase: InitPhase, _ status: EventStatus, _ duration: UInt64) -> String? {
        guard status != .success || phase.initializationType != "on-demand" else { return nil }
        return "INIT_REPORT Init Duration: \(InvocationReport.milliseconds(duration)) ms\tPhase: \(phase.phase)\t"
            + "Status: \(status.recordStatus)" + (status.errorType.map { "\tError Type: \($0)" } ?? "")
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

/// The two interfaces by which extensions subscribe to telemetry.
public enum TelemetryInterface: Hashable, Sendable {
    /// The Telemetry API, `2022-07-01`.
    case telemetry
    /// Its predecessor, the Logs API, `2020-08-15`.
    case logs

    /// The schema versions that subscriptions may name.
    public var schemaVersions: [String] {
        switch self {
        case .telemetry: ["2022-07-01", "2022-12-13", "2025-01-29"]
        case .logs: ["2020-08-15", "2021-03-18"]
        }
    }
}

/// The levels of `LoggingConfig.SystemLogLevel`, the most talkative first.
public enum SystemLogLevel: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Everything.
    case debug = "DEBUG"
    /// What is worth knowing: the default.
    case info = "INFO"
    /// What went wrong.
    case warn = "WARN"

    /// Orders by severity.
    public static func < (left: SystemLogLevel, right: SystemLogLevel) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}
