import HTTP
import Testing

@testable import RuntimeAPI

@Suite struct ExtensionSessionTests {
    private typealias Session = ExtensionSession<Int>
    private static let end = ExtensionEvent.shutdown(.spindown, deadlineMilliseconds: 1)

    /// A session of two external extensions that have registered and asked for an event.
    private static func ready(_ events: [String] = ["INVOKE", "SHUTDOWN"]) throws -> Session {
        var session = Session(external: ["a", "b"])
        try session.register(name: "a", events: events, identifier: "id-a")
        try session.register(name: "b", events: ["INVOKE"], identifier: "id-b")
        session.closeRegistration()
        _ = try session.next("id-a", 1)
        _ = try session.next("id-b", 2)
        return session
    }

    private static func refusal(_ work: () throws(ExtensionFault) -> Void) -> String? {
        do { try work() } catch { return error.type }
        return nil
    }

    @Test func `the runtime starts when every external extension has registered`() throws {
        var session = Session(external: ["a", "b"])
        #expect(!session.areAllRegistered)
        try session.register(name: "b", events: [], identifier: "id-b")
        #expect(!session.areAllRegistered)
        try session.register(name: "a", events: [], identifier: "id-a")
        #expect(session.areAllRegistered)
        #expect(!session.areAllReady)
    }

    @Test func `the init phase ends when every extension has asked for an event`() throws {
        var session = Session(external: ["a"])
        try session.register(name: "a", events: [], identifier: "id-a")
        try session.register(name: "inside", events: ["INVOKE"], identifier: "id-i")
        _ = try session.next("id-a", 1)
        #expect(!session.areAllReady)
        _ = try session.next("id-i", 2)
        #expect(session.areAllReady)
        #expect(session.hasExternal)
    }

    @Test func `an environment without extensions waits for none`() {
        let session = Session(external: [])
        #expect(session.isEmpty && session.areAllRegistered && session.areAllReady && session.areDone)
        #expect(!session.isAnyRunning && !session.hasExternal)
    }

    @Test func `an invocation goes to extensions that registered for it, and is over when they ask for more`() throws {
        var session = Session(external: ["a", "b"])
        try session.register(name: "a", events: ["INVOKE"], identifier: "id-a")
        try session.register(name: "b", events: ["SHUTDOWN"], identifier: "id-b")
        _ = try session.next("id-a", 1)
        _ = try session.next("id-b", 2)
        #expect(session.invoke() == [1])
        #expect(!session.areDone)
        _ = try session.next("id-a", 3)
        #expect(session.areDone)
    }

    @Test func `the end goes to extensions that registered for it, and the others are ended`() throws {
        var session = try Self.ready()
        let (waiters, ended) = session.shutdown(Self.end)
        #expect(waiters == [1])
        #expect(ended == [2])
        #expect(session.isAnyRunning)
        let refused = session.exited(program: 2)
        #expect(refused == 2)
        _ = session.exited(program: 1)
        #expect(!session.isAnyRunning)
    }

    @Test func `an extension that is at work hears of the end when it asks`() throws {
        var session = try Self.ready()
        _ = session.invoke()
        let (waiters, _) = session.shutdown(Self.end)
        #expect(waiters.isEmpty)
        guard case .deliver(Self.end) = try session.next("id-a", 3) else {
            Issue.record("the end was not told")
            return
        }
        guard case .wait = try session.next("id-b", 4) else {
            Issue.record("one that did not ask for it was told")
            return
        }
    }

    @Test func `a question in place of an abandoned one waits`() throws {
        var session = try Self.ready()
        guard case .waitInsteadOf(1) = try session.next("id-a", 5) else {
            Issue.record("the older question was forgotten")
            return
        }
        #expect(session.invoke() == [5, 2])
    }

    @Test func `what is out of turn is refused in AWS's words`() throws {
        var session = Session(external: ["a"])
        #expect(
            Self.refusal { () throws(ExtensionFault) in _ = try session.next("unknown", 1) }
                == "Extension.UnknownExtensionIdentifier")
        try session.register(name: "a", events: ["INVOKE"], identifier: "id-a")
        #expect(
            Self.refusal { () throws(ExtensionFault) in
                try session.register(name: "a", events: [], identifier: "other")
            } == "Extension.InvalidExtensionState")
        #expect(
            Self.refusal { () throws(ExtensionFault) in
                try session.register(name: "inside", events: ["SHUTDOWN"], identifier: "id-i")
            } == "Extension.InvalidEventType")
        session.closeRegistration()
        #expect(
            Self.refusal { () throws(ExtensionFault) in
                try session.register(name: "late", events: [], identifier: "id-l")
            } == "Extension.RegistrationClosed")
        try session.fail("id-a", state: "InitError", errorType: "Mine")
        #expect(
            Self.refusal { () throws(ExtensionFault) in _ = try session.next("id-a", 1) }
                == "Extension.InvalidExtensionState")
        #expect(session.standings.map(\.errorType) == ["Mine"])
    }

    @Test func `ten extensions are the limit, internal ones included`() throws {
        var session = Session(external: (1...9).map { "external-\($0)" })
        try session.register(name: "inside", events: [], identifier: "id-10")
        #expect(
            Self.refusal { () throws(ExtensionFault) in
                try session.register(name: "eleventh", events: [], identifier: "id-11")
            } == "Extension.TooManyExtensions")
    }

    @Test func `events read as the documentation has them`() {
        let event = ExtensionEvent.invoke(
            requestID: "r", functionARN: "arn:x", traceID: "Root=1-2-3", deadlineMilliseconds: 17)
        guard case .bytes(let bytes) = event.response(identifier: "e").body,
            case .bytes(let end) = Self.end.response(identifier: "e").body
        else {
            Issue.record("an event is bytes")
            return
        }
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"eventType":"INVOKE","deadlineMs":17,"requestId":"r","invokedFunctionArn":"arn:x","#
                + #""tracing":{"type":"X-Amzn-Trace-Id","value":"Root=1-2-3"}}"#)
        #expect(
            String(decoding: end, as: UTF8.self)
                == #"{"eventType":"SHUTDOWN","shutdownReason":"spindown","deadlineMs":1}"#)
    }
}
