import Testing

@testable import Telemetry

@Suite struct PlatformEventTests {
    private static let phase = InitPhase(phase: "init", initializationType: "on-demand")
    private static let function = FunctionDescription(
        name: "f", version: "1", runtimeVersion: "python:3.12", instanceID: "i", memoryBytes: 128 << 20)

    private static func text(_ event: PlatformEvent) -> String {
        String(decoding: event.document(milliseconds: 1_792_000_000_123), as: UTF8.self)
    }

    @Test func `a document has a time, a type and a record`() {
        #expect(
            Self.text(.start(requestID: "r", version: "1", traceID: "Root=1"))
                == #"{"time":"2026-10-14T17:46:40.123Z","type":"platform.start","record":{"requestId":"r","#
                + #""tracing":{"type":"X-Amzn-Trace-Id","value":"Root=1"},"version":"1"}}"#)
        #expect(Self.text(.fault("it \"broke\"\n")).hasSuffix(#""record":"it \"broke\"\n"}"#))
        #expect(
            Self.text(.initReport(Self.phase, .error(type: "E"), durationNanoseconds: 1_234_567)).hasSuffix(
                #"{"errorType":"E","initializationType":"on-demand","metrics":{"durationMs":1.235},"phase":"init","#
                    + #""status":"error"}}"#))
    }

    @Test func `levels are as AWS maps them`() {
        #expect(PlatformEvent.initStart(Self.phase, Self.function).level == .info)
        #expect(PlatformEvent.initRuntimeDone(Self.phase, .success).level == .debug)
        #expect(PlatformEvent.initRuntimeDone(Self.phase, .timeout).level == .warn)
        #expect(PlatformEvent.initReport(Self.phase, .success, durationNanoseconds: 1).level == .debug)
        let prepared = InitPhase(phase: "init", initializationType: "provisioned-concurrency")
        #expect(PlatformEvent.initReport(prepared, .success, durationNanoseconds: 1).level == .info)
        #expect(PlatformEvent.extension(name: "x", state: "Ready", events: [], errorType: nil).level == .info)
        #expect(PlatformEvent.extension(name: "x", state: "Exited", events: [], errorType: "E").level == .warn)
        #expect(SystemLogLevel.debug < .info && SystemLogLevel.info < .warn)
    }

    @Test func `lines of text are as Lambda writes them`() {
        #expect(PlatformEvent.initStart(Self.phase, Self.function).line == "INIT_START Runtime Version: python:3.12")
        #expect(PlatformEvent.initReport(Self.phase, .success, durationNanoseconds: 1).line == nil)
        #expect(
            PlatformEvent.initReport(Self.phase, .timeout, durationNanoseconds: 10_001_230_000).line
                == "INIT_REPORT Init Duration: 10001.23 ms\tPhase: init\tStatus: timeout")
        #expect(
            PlatformEvent.extension(name: "x", state: "Ready", events: ["INVOKE", "SHUTDOWN"], errorType: nil).line
                == "EXTENSION\tName: x\tState: Ready\tEvents: [INVOKE, SHUTDOWN]")
        #expect(
            PlatformEvent.subscription(name: "x", types: ["platform", "function"], isLogs: false).line
                == "TELEMETRY\tName: x\tState: Subscribed\tTypes: [Platform, Function]")
    }

    @Test func `a line that is a JSON object is one for subscribers of a function that logs JSON`() {
        let make = { (line: String, isJSON: Bool) in
            String(
                decoding: TelemetryDocument.make(
                    head: TelemetryDocument.head(milliseconds: 0, type: "function"), line: line, isJSON: isJSON),
                as: UTF8.self)
        }
        #expect(make(#"{"a":1}"#, true).hasSuffix(#""record":{"a":1}}"#))
        #expect(make(#"{"a":1}"#, false).hasSuffix(#""record":"{\"a\":1}"}"#))
        #expect(make(#"{"a":"#, true).hasSuffix(#""record":"{\"a\":"}"#))
    }
}
