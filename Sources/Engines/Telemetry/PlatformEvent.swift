internal import AWSProtocol

/// An event of the platform, for logs and for subscribers of telemetry.
///
/// Source: "Lambda Telemetry API Event schema reference" in the Lambda developer guide.
public enum PlatformEvent: Sendable {
    /// An init phase begins.
    case initStart(InitPhase, FunctionDescription)
    /// The runtime has polled for its first event, or has failed before.
    case initRuntimeDone(InitPhase, EventStatus)
    /// An init phase is over.
    case initReport(InitPhase, EventStatus, durationNanoseconds: UInt64)
    /// An invocation begins.
    case start(requestID: String, version: String, traceID: String?)
    /// The runtime has answered an invocation, or has failed.
    case runtimeDone(
        requestID: String, EventStatus, durationNanoseconds: UInt64, producedBytes: Int, traceID: String?)
    /// An invocation is over; its report follows.
    case end(requestID: String)
    /// An invocation failed for a reason that its function did not report.
    case fault(String)
    /// The report of an invocation.
    case report(InvocationReport, traceID: String?)
    /// An extension has registered, or has failed to.
    case `extension`(name: String, state: String, events: [String], errorType: String?)
    /// An extension has subscribed to telemetry.
    case subscription(name: String, types: [String], isLogs: Bool)
    /// Telemetry could not be delivered.
    case logsDropped(records: Int, bytes: Int, reason: String)
}

/// The init phase that an event is about.
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

/// The function, as `platform.initStart` describes it.
public struct FunctionDescription: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The version.
    public let version: String
    /// The runtime, such as `python:3.12`.
    public let runtimeVersion: String
    /// The environment's id: the name of its log stream.
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

/// The outcome of a phase.
public enum EventStatus: Hashable, Sendable {
    /// It succeeded.
    case success
    /// The function, the runtime or an extension failed.
    case error(type: String)
    /// It timed out.
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

    /// Whether an interface publishes such events: the older one has no events of the init phase, and the newer one has
    /// none for what its reports contain.
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

    /// Lambda writes the line when an init phase fails, and for environments of provisioned concurrency.
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

/// The levels of `LoggingConfig.SystemLogLevel`, the most verbose first.
public enum SystemLogLevel: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Everything.
    case debug = "DEBUG"
    /// Important events: the default.
    case info = "INFO"
    /// Failures.
    case warn = "WARN"

    /// Orders by severity.
    public static func < (left: SystemLogLevel, right: SystemLogLevel) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}
