import AWSProtocol
import Testing

@testable import CommandLine

@Suite struct OperatorCommandTests {
    private let session = Session()

    @Test(
        arguments: [
            ("90s", -90_000), ("10m", -600_000), ("2h", -7_200_000), ("7d", -604_800_000), ("0s", 0),
        ] as [(String, Int64)])
    func `a moment may be so long ago`(text: String, offset: Int64) throws {
        let moment = try #require(Moment(text))
        #expect(moment.milliseconds(nowMilliseconds: 1_000_000_000_000) == 1_000_000_000_000 + offset)
    }

    @Test func `a moment may be a date and time`() {
        #expect(Moment("1970-01-01T00:01:00Z") == .at(milliseconds: 60_000))
        #expect(Moment("1970-01-01T01:00:00.250+01:00") == .at(milliseconds: 250))
    }

    @Test(arguments: [
        "", "m", "-5m", "5", "1.5h", "5 m", "yesterday", "2026-01-31", "1000000001s", "99999999999999999999d",
    ])
    func `other texts are no moments`(text: String) {
        #expect(Moment(text) == nil)
    }

    @Test func `durations, memory and rates are short`() {
        #expect(
            [0, 59.9, 60, 3_599, 3_600, 86_400].map { Quantity.duration(seconds: $0) } == [
                "0s", "59s", "1m", "59m", "1h", "1d",
            ])
        #expect(
            [0, 524_288, 24_117_248, 2_147_483_648].map { Quantity.memory(bytes: $0) } == [
                "0 KB", "512 KB", "23 MB", "2.0 GB",
            ])
        #expect(
            [0, 0.04, 0.96, 12.345, 99.94, 1234.5].map { Quantity.rate($0) } == [
                "0", "0.0", "1.0", "12.3", "99.9", "1235",
            ])
    }

    @Test func `a table is as wide as its cells, and what it shows cannot break out of its row`() {
        var table = TextTable(["A", "LONG", "LAST"])
        table.add(["1234", "b", "x\n\u{1B}[31my"])
        let style = TextStyle(isTerminal: false, environment: [:])
        #expect(table.takeLines(style) == ["A     LONG  LAST", "1234  b     x  [31my"])
        #expect(table.takeLines(style).isEmpty)
        table.add(["5", "c", ""])
        #expect(table.takeLines(style) == ["5     c     "])
    }

    private func function(_ name: String, invocations: Int64, busy: Int64 = 0) -> AWSValue {
        .structure([
            "account": .string("000000000000"), "region": .string("us-east-1"), "function": .string(name),
            "environments": .structure(["busy": .integer(busy)]), "memoryBytes": .integer(0),
            "invocations": .integer(invocations), "errors": .integer(0), "throttles": .integer(0),
        ])
    }

    private func look(_ milliseconds: Int64, _ functions: [AWSValue]) -> AWSValue {
        .structure(["time": .integer(milliseconds), "functions": .list(functions)])
    }

    @Test func `rates are what changed between two looks, by second`() {
        let picture = TopPicture(
            from: look(10_000, [function("a", invocations: 100), function("b", invocations: 50)]),
            to: look(
                12_000,
                [
                    function("a", invocations: 104), function("b", invocations: 10),
                    function("c", invocations: 30, busy: 1),
                ]))
        #expect(picture.rows.map { $0.function.text("function") } == ["c", "a", "b"])
        // The server was started anew, or the function made anew: nothing below zero.
        #expect(picture.rows.map(\.invocationsPerSecond) == [15, 2, 0])
        let lines = picture.lines(TextStyle(isTerminal: false, environment: [:]))
        #expect(lines[0] == "1 environment, 0 KB, 17.0 invocations/s, 0 events in the queue")
        #expect(
            lines[2].split(separator: " ").map(String.init) == [
                "c", "0", "1", "0", "0", "0", "KB", "15.0", "0", "0", "30",
            ])
    }

    @Test func `functions of the same rate come by their environments, then by name`() {
        let functions = [
            function("a", invocations: 1), function("b", invocations: 1, busy: 1), function("c", invocations: 1),
            function("d", invocations: 1, busy: 2),
        ]
        let picture = TopPicture(from: look(10_000, functions), to: look(11_000, functions))
        #expect(picture.rows.map { $0.function.text("function") } == ["d", "b", "a", "c"])
    }

    @Test(
        arguments: [
            ("START\n[ERROR] E: no\rTraceback:\r  line 4\nEND", "START\n[ERROR] E: no\n\tTraceback:\n\t  line 4\nEND"),
            ("ends in one\r\nnext", "ends in one\nnext"),
            ("one\n\nthree\n", "one\n\nthree\n"),
        ])
    func `an event of several lines stands in the tail as in the log`(log: String, shown: String) {
        #expect(InvocationAnswer.readable(log) == shown)
    }

    @Test(arguments: ["logs", "invoke", "events list", "events retry", "events purge", "top", "metrics"])
    func `every command says where the server is, and what it takes`(command: String) {
        let help = session.run("\(command) --help")
        #expect(help.code == 0)
        #expect(help.output.contains("--endpoint URL"))
        #expect(help.output.split(separator: "\n").allSatisfy { $0.count <= 120 })
    }

    @Test func `an endpoint of the environment that is none is an error of the command line`() {
        let result = session.run("top", environment: ["AWS_ENDPOINT_URL": "localhost"])
        #expect(result.code == 2)
        #expect(result.errors == "strata top: AWS_ENDPOINT_URL is no http or https URL: 'localhost'")
    }

    @Test func `the endpoint of Lambda alone goes before that of all services, where it is set`() {
        let all = "http://127.0.0.1:1"
        let own = session.run(
            "top", environment: ["AWS_ENDPOINT_URL": all, "AWS_ENDPOINT_URL_LAMBDA": "http://127.0.0.1:2"])
        #expect(own.errors.hasPrefix("strata: Nothing answers at http://127.0.0.1:2: "))
        let empty = session.run("top", environment: ["AWS_ENDPOINT_URL": all, "AWS_ENDPOINT_URL_LAMBDA": ""])
        #expect(empty.errors.hasPrefix("strata: Nothing answers at http://127.0.0.1:1: "))
    }

    @Test func `nobody at the endpoint is an error that says what to do`() {
        let result = session.run("top --endpoint http://127.0.0.1:1")
        #expect(result.code == 1)
        #expect(
            result.errors == "strata: Nothing answers at http://127.0.0.1:1: start it with 'strata start', or name "
                + "another with --endpoint.")
    }
}
