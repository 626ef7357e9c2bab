import Testing

@testable import Telemetry

@Suite struct SubscriptionTests {
    private static func document(_ more: String = "", destination: String? = nil) -> [UInt8] {
        let http = #"{"protocol":"HTTP","URI":"http://sandbox.localdomain:8080/x"}"#
        let head = #"{"schemaVersion":"2022-12-13","types":["platform","function"]"#
        return Array("\(head),\"destination\":\(destination ?? http)\(more)}".utf8)
    }

    private static func read(_ document: [UInt8]) -> TelemetrySubscription? {
        try? TelemetrySubscription(
            document, versions: TelemetryInterface.telemetry.schemaVersions, serverPorts: [9001, 4566])
    }

    @Test func `defaults are as documented`() {
        let subscription = Self.read(Self.document())
        #expect(subscription?.categories == [.platform, .function])
        #expect(subscription?.destination == .http(port: 8080, path: "/x", method: "POST"))
        #expect(subscription?.maxItems == 10_000)
        #expect(subscription?.maxBytes == 262_144)
        #expect(subscription?.timeoutMilliseconds == 1_000)
    }

    @Test(arguments: [
        ("maxItems", [999, 10_001], [1_000, 10_000]), ("maxBytes", [262_143, 1_048_577], [262_144, 1_048_576]),
        ("timeoutMs", [24, 30_001], [25, 30_000]),
    ])
    func `buffering settings outside of their bounds are refused`(name: String, refused: [Int], taken: [Int]) {
        for number in refused { #expect(Self.read(Self.document(#","buffering":{"\#(name)":\#(number)}"#)) == nil) }
        for number in taken { #expect(Self.read(Self.document(#","buffering":{"\#(name)":\#(number)}"#)) != nil) }
    }

    @Test(arguments: [
        #"{"protocol":"TCP","port":0}"#, #"{"protocol":"TCP","port":65536}"#, #"{"protocol":"TCP","port":9001}"#,
        #"{"protocol":"TCP","port":4566}"#, #"{"protocol":"HTTP","URI":"http://localhost:4566/2015-03-31/functions"}"#,
        #"{"protocol":"HTTP","URI":"https://sandbox.localdomain:80"}"#,
        #"{"protocol":"HTTP","URI":"http://sandbox.localdomain"}"#,
        #"{"protocol":"HTTP","URI":"http://example.com:80"}"#, #"{"protocol":"HTTP"}"#,
        #"{"protocol":"HTTP","URI":"http://sandbox:80/a b"}"#, "{}", "3",
    ])
    func `a destination outside of the environment is refused`(destination: String) {
        #expect(Self.read(Self.document(destination: destination)) == nil)
    }

    @Test func `events are sent together, as many as fit`() throws {
        let subscription = try #require(Self.read(Self.document(#","buffering":{"maxItems":1000}"#)))
        var buffer = TelemetryBuffer(subscription)
        let isFirst = buffer.append([1])
        let isSecondFirst = buffer.append([2])
        #expect(isFirst && !isSecondFirst && !buffer.isFull)
        for _ in 0..<1_500 { _ = buffer.append([3]) }
        #expect(buffer.isFull)
        #expect(buffer.takeBatch().count == 1_000)
        #expect(!buffer.isFull)
        #expect(buffer.takeBatch().count == 502)
        #expect(buffer.isEmpty)
    }

    @Test func `events that a slow subscriber loses are counted once`() throws {
        var buffer = TelemetryBuffer(try #require(Self.read(Self.document())))
        let large = [UInt8](repeating: 0, count: 200_000)
        for _ in 0..<7 { _ = buffer.append(large) }
        let loss = buffer.takeDroppedEvent(reason: "slow")
        guard case .logsDropped(records: 2, bytes: 400_000, reason: "slow") = loss else {
            Issue.record("\(String(describing: loss))")
            return
        }
        #expect(buffer.takeDroppedEvent(reason: "slow") == nil)
        #expect(buffer.takeBatch().count == 1)  // two would be more than a batch holds
    }

    @Test func `a batch is one request over HTTP, and lines over TCP`() {
        let http = TelemetrySubscription.Destination.http(port: 8080, path: "/x", method: "POST")
        #expect(
            String(decoding: http.message([Array("1".utf8), Array("2".utf8)]), as: UTF8.self)
                == "POST /x HTTP/1.1\r\nHost: sandbox.localdomain:8080\r\nContent-Type: application/json\r\n"
                + "Content-Length: 5\r\nConnection: close\r\n\r\n[1,2]")
        let tcp = TelemetrySubscription.Destination.tcp(port: 8080)
        #expect(String(decoding: tcp.message([Array("1".utf8), Array("2".utf8)]), as: UTF8.self) == "1\n2\n")
    }
}
