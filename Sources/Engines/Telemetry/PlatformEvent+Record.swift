internal import AWSProtocol

extension PlatformEvent {
    /// The event as JSON, for subscribers and JSON logs: `time`, `type` and `record`, without a line break.
    public func document(milliseconds: Int64) -> [UInt8] {
        let value: AWSValue = if case .fault(let text) = self { .string(text) } else { .structure(record) }
        return TelemetryDocument.make(
            head: TelemetryDocument.head(milliseconds: milliseconds, type: type), record: JSON.encode(value))
    }

    private var record: [String: AWSValue] {
        switch self {
        case .initStart(let phase, let function):
            phase.members.merging(function.members) { $1 }
        case .initRuntimeDone(let phase, let status):
            phase.members.merging(status.members) { $1 }
        case .initReport(let phase, let status, let duration):
            phase.members.merging(status.members) { $1 }.merging(["metrics": Self.metrics(duration)]) { $1 }
        case .start(let requestID, let version, let traceID):
            Self.request(requestID, traceID).merging(["version": .string(version)]) { $1 }
        case .runtimeDone(let requestID, let status, let duration, let producedBytes, let traceID):
            Self.request(requestID, traceID).merging(status.members) { $1 }.merging([
                "metrics": Self.metrics(duration, ["producedBytes": .integer(Int64(producedBytes))])
            ]) { $1 }
        case .end(let requestID): Self.request(requestID, nil)
        case .fault: [:]
        case .report(let report, let traceID):
            Self.request(report.requestID, traceID).merging(report.members) { $1 }
        case .extension(let name, let state, let events, let errorType):
            [
                "name": .string(name), "state": .string(state), "events": .list(events.map { .string($0) }),
                "errorType": errorType.map { .string($0) } ?? .null,
            ]
        case .subscription(let name, let types, _):
            [
                "name": .string(name), "state": .string("Subscribed"), "types": .list(types.map { .string($0) }),
            ]
        case .logsDropped(let records, let bytes, let reason):
            [
                "droppedRecords": .integer(Int64(records)), "droppedBytes": .integer(Int64(bytes)),
                "reason": .string(reason),
            ]
        }
    }

    private static func request(_ requestID: String, _ traceID: String?) -> [String: AWSValue] {
        var members: [String: AWSValue] = ["requestId": .string(requestID)]
        if let traceID {
            members["tracing"] = .structure([
                "type": .string("X-Amzn-Trace-Id"), "value": .string(traceID),
            ])
        }
        return members
    }

    private static func metrics(_ duration: UInt64, _ others: [String: AWSValue] = [:]) -> AWSValue {
        .structure(others.merging(["durationMs": .double(milliseconds(duration))]) { $1 })
    }

    /// Milliseconds to a thousandth.
    fileprivate static func milliseconds(_ nanoseconds: UInt64) -> Double {
        (Double(nanoseconds) / 1000).rounded() / 1000
    }
}

extension InitPhase {
    fileprivate var members: [String: AWSValue] {
        ["phase": .string(phase), "initializationType": .string(initializationType)]
    }
}

extension FunctionDescription {
    fileprivate var members: [String: AWSValue] {
        [
            "functionName": .string(name), "functionVersion": .string(version),
            "runtimeVersion": .string(runtimeVersion), "instanceId": .string(instanceID),
            "instanceMaxMemory": .integer(Int64(memoryBytes)),
        ]
    }
}

extension EventStatus {
    fileprivate var members: [String: AWSValue] {
        ["status": .string(recordStatus), "errorType": errorType.map { .string($0) } ?? .null]
    }
}

extension InvocationReport {
    fileprivate var members: [String: AWSValue] {
        var metrics: [String: AWSValue] = [
            "durationMs": .double(PlatformEvent.milliseconds(durationNanoseconds)),
            "billedDurationMs": .integer(Int64(billedMilliseconds)), "memorySizeMB": .integer(Int64(memoryMebibytes)),
            "maxMemoryUsedMB": .integer(Int64(peakMebibytes)),
        ]
        if let initNanoseconds {
            metrics["initDurationMs"] = .double(PlatformEvent.milliseconds(initNanoseconds))
        }
        return status.event.members.merging(["metrics": .structure(metrics)]) { $1 }
    }
}

extension InvocationReport.Status {
    /// The same as events have it.
    public var event: EventStatus {
        switch self {
        case .completed: .success
        case .timedOut: .timeout
        case .failed(let errorType): .error(type: errorType)
        }
    }
}

/// A document of telemetry.
public enum TelemetryDocument {
    /// A line that the function or an extension has printed: its record is the line, or where the line is a JSON object
    /// and logs are JSON, that object.
    ///
    /// - Parameter head: what ``head(milliseconds:type:)`` gives, once for all lines that were read together.
    public static func make(head: [UInt8], line: String, isJSON: Bool) -> [UInt8] {
        guard isJSON, line.utf8.first == UInt8(ascii: "{") else { return make(head: head, record: encoded(line)) }
        let bytes = Array(line.utf8)
        return make(head: head, record: bytes.withUnsafeBytes { JSONValidator.isValid($0) } ? bytes : encoded(line))
    }

    /// The beginning of a document, up to its record.
    public static func head(milliseconds: Int64, type: String) -> [UInt8] {
        var bytes = Array(#"{"time":""#.utf8)
        LogLine.appendTime(milliseconds, to: &bytes)
        return bytes + Array(#"","type":"\#(type)","record":"#.utf8)
    }

    static func make(head: [UInt8], record: [UInt8]) -> [UInt8] { head + record + CollectionOfOne(UInt8(ascii: "}")) }

    private static func encoded(_ line: String) -> [UInt8] { JSON.encode(.string(line)) }
}
