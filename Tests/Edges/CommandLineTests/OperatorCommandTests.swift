import AWSProtocol
import LinuxSystem
import Testing

@testable import CommandLine

@Suite struct OperatorCommandTests {
    private let session = Session()

    @Test(
        arguments: [
            ("90s", -90_000), ("10m", -600_000), ("2h", -7_200_000), ("7d", -604_800_000), ("0s", 0),
        ] as [(String, Int64)])
    func `a log start may be an age`(text: String, offset: Int64) throws {
        let start = try #require(LogStart(text))
        #expect(start.milliseconds(nowMilliseconds: 1_000_000_000_000) == 1_000_000_000_000 + offset)
    }

    @Test func `a log start may be a date and time`() {
        #expect(LogStart("1970-01-01T00:01:00Z") == .at(milliseconds: 60_000))
        #expect(LogStart("1970-01-01T01:00:00.250+01:00") == .at(milliseconds: 250))
    }

    @Test(arguments: [
        "", "m", "-5m", "5", "1.5h", "5 m", "yesterday", "2026-01-31", "1000000001s", "99999999999999999999d",
    ])
    func `any other text is not a log start`(text: String) {
        #expect(LogStart(text) == nil)
    }

    @Test func `an invocation's lines are those from its start to its report, and all with its id`() {
        let lines = [
            ("a", "INIT_START Runtime Version"), ("a", "START RequestId: 1 Version: $LATEST"),
            ("b", "START RequestId: 2"),
            ("a", "one"), ("b", "two"), ("a", "END RequestId: 1"), ("a", "REPORT RequestId: 1\tDuration"),
            ("a", "afterwards"), ("b", "RequestId: 1 was named"), ("a", "START RequestId: 3"), ("a", "three"),
            ("b", #"{"record":{"requestId":"1"},"type":"platform.start"}"#), ("b", "four"),
            ("b", #"{"record":{"requestId":"1"},"type":"platform.report"}"#), ("b", "five"),
        ]
        var filter = LogFilter(text: nil, requestID: "RequestId: 1")
        #expect(
            lines.filter { filter.takes($0.1, stream: $0.0) }.map(\.1) == [
                "START RequestId: 1 Version: $LATEST", "one", "END RequestId: 1", "REPORT RequestId: 1\tDuration",
                "RequestId: 1 was named",
            ])
        var other = LogFilter(text: "o", requestID: #"requestId":"1"#)
        #expect(lines.filter { other.takes($0.1, stream: $0.0) }.map(\.1).filter { !$0.hasPrefix("{") } == ["four"])
    }

    @Test func `of the first lines the last ones are printed, and all that come later`() {
        var last = LastLines(limit: 3)
        for number in Int64(0)..<100 {
            last.add(.integer(number))
            #expect(last.take(isEnd: false).isEmpty)
        }
        #expect(Array(last.take(isEnd: true)) == [.integer(97), .integer(98), .integer(99)])
        for number in Int64(0)..<10 { last.add(.integer(number)) }
        #expect(last.take(isEnd: false).count == 10)
        #expect(last.take(isEnd: true).isEmpty)
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

    @Test func `a table is as wide as its cells, and control characters in a cell become spaces`() {
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

    private func sample(_ milliseconds: Int64, _ functions: [AWSValue]) -> AWSValue {
        .structure(["time": .integer(milliseconds), "functions": .list(functions)])
    }

    @Test func `rates are the differences between two samples, per second`() {
        let snapshot = TopSnapshot(
            from: sample(10_000, [function("a", invocations: 100), function("b", invocations: 50)]),
            to: sample(
                12_000,
                [
                    function("a", invocations: 104), function("b", invocations: 10),
                    function("c", invocations: 30, busy: 1),
                ]))
        #expect(snapshot.rows.map { $0.function.text("function") } == ["c", "a", "b"])
        // The server restarted, or the function was recreated: no rate is negative.
        #expect(snapshot.rows.map(\.invocationsPerSecond) == [15, 2, 0])
        let lines = snapshot.lines(TextStyle(isTerminal: false, environment: [:]))
        #expect(lines[0] == "1 environment, 0 KB, 17.0 invocations/s, 0 events in the queue")
        #expect(
            lines[2].split(separator: " ").map(String.init) == [
                "c", "0", "1", "0", "0", "0", "KB", "15.0", "0", "0", "30",
            ])
    }

    @Test func `functions of the same rate are sorted by environments, then by name`() {
        let functions = [
            function("a", invocations: 1), function("b", invocations: 1, busy: 1), function("c", invocations: 1),
            function("d", invocations: 1, busy: 2),
        ]
        let snapshot = TopSnapshot(from: sample(10_000, functions), to: sample(11_000, functions))
        #expect(snapshot.rows.map { $0.function.text("function") } == ["d", "b", "a", "c"])
    }

    private func fullSnapshot(functions: Int, queues: Int) -> TopSnapshot {
        let names = (0..<functions).map { "a-function-with-a-name-that-is-long-\($0)" }
        let functions = names.enumerated().map { function($1, invocations: 0, busy: Int64($0)) }
        let queues = (0..<queues).map { number -> AWSValue in
            .structure([
                "target": .string("arn:aws:lambda:us-east-1:000000000000:function:f\(number)"),
                "events": .integer(Int64(number)), "oldestSeconds": .double(7),
            ])
        }
        let now = AWSValue.structure(["time": .integer(1), "functions": .list(functions), "queues": .list(queues)])
        return TopSnapshot(from: sample(0, []), to: now)
    }

    @Test func `a snapshot omits rows that do not fit on the terminal, and counts them`() {
        let style = TextStyle(isTerminal: false, environment: [:])
        let snapshot = fullSnapshot(functions: 20, queues: 9)
        let lines = snapshot.lines(style, within: Terminal.Size(rows: 14, columns: 80))
        #expect(lines.count == 13)
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines[1].hasPrefix("FUNCTION                    BUSY  IDLE  "))
        // The busiest functions, and the longest queues.
        #expect(lines[2].hasPrefix("a-function-"), "\(lines[2])")
        #expect(lines[9].isEmpty)
        #expect(lines[11].split(separator: " ") == ["arn:aws:lambda:us-east-1:000000000000:function:f8", "8", "7s"])
        #expect(lines.last == "Not shown: 13 functions, 8 queues")
        let narrow = snapshot.lines(style, within: Terminal.Size(rows: 3, columns: 40))
        #expect(narrow == ["190 environments, 0 KB, 0 invocations/s…", "Not shown: 20 functions, 9 queues"])
        #expect(snapshot.lines(style).count == 1 + 21 + 11)
        #expect(snapshot.lines(style, within: Terminal.Size(rows: 34, columns: 500)) == snapshot.lines(style))
    }

    @Test(
        arguments: [
            (120, "FUNCTION,STARTING,BUSY,IDLE,FROZEN,MEMORY,INV/S,ERR/S,THR/S,INVOCATIONS"),
            (80, "FUNCTION,BUSY,IDLE,MEMORY,INV/S,ERR/S,THR/S,INVOCATIONS"),
            (60, "FUNCTION,BUSY,MEMORY,INV/S,ERR/S,THR/S"), (40, "FUNCTION,BUSY,INV/S,ERR/S"),
        ])
    func `a narrow terminal shows the most important columns whole, and cuts names in the middle`(
        columns: Int, heads: String
    ) {
        let style = TextStyle(isTerminal: false, environment: [:])
        let lines = fullSnapshot(functions: 3, queues: 1).lines(
            style, within: Terminal.Size(rows: 20, columns: columns))
        #expect(lines[1].split(separator: " ").joined(separator: ",") == heads)
        #expect(lines.allSatisfy { $0.count <= columns })
        for (line, number) in zip(lines[2...4], [2, 1, 0]) {
            let cells = line.split(separator: " ")
            #expect(cells[0].hasPrefix("a-func") && cells[0].hasSuffix("-\(number)"), "\(line)")
            #expect(cells[0].contains("…") == (columns < 120))
            #expect(heads.contains("STARTING") || cells[1] == "\(number)")
        }
    }

    @Test func `a snapshot never exceeds the terminal, and counts the rows that it omits`() {
        let style = TextStyle(isTerminal: true, environment: [:])
        for functions in 0...8 {
            for queues in 0...8 {
                let snapshot = fullSnapshot(functions: functions, queues: queues)
                for rows in 2...24 {
                    let layout = TopSnapshot.Layout(functions: functions, queues: queues, rows: rows)
                    let isComplete = layout.functions == functions && layout.queues == queues
                    let lines = snapshot.lines(style, within: Terminal.Size(rows: rows, columns: 30))
                    #expect(lines.count <= rows - 1)
                    #expect(rows == 2 || layout.hasNote != isComplete)
                    #expect(layout.hasNote == (lines.last?.hasPrefix("Not shown: ") ?? false))
                    #expect(lines.allSatisfy { $0.replacing(/\u{1B}\[\d+m/, with: "").count <= 30 })
                    // When rows are omitted, the terminal is full.
                    #expect(isComplete || lines.count >= rows - 3)
                }
            }
        }
    }

    @Test(
        arguments: [
            ("START\n[ERROR] E: no\rTraceback:\r  line 4\nEND", "START\n[ERROR] E: no\n\tTraceback:\n\t  line 4\nEND"),
            ("ends in one\r\nnext", "ends in one\nnext"),
            ("one\n\nthree\n", "one\n\nthree\n"),
        ])
    func `an event of several lines is printed in the tail as in the log`(log: String, shown: String) {
        #expect(InvocationResponse.readable(log) == shown)
    }

    @Test(arguments: ["logs", "invoke", "events list", "events retry", "events purge", "top", "metrics"])
    func `every client command documents --endpoint`(command: String) {
        let help = session.run("\(command) --help")
        #expect(help.code == 0)
        #expect(help.output.contains("--endpoint URL"))
        #expect(help.output.split(separator: "\n").allSatisfy { $0.count <= 120 })
    }

    @Test func `an invalid endpoint variable is a usage error`() {
        let result = session.run("top", environment: ["AWS_ENDPOINT_URL": "localhost"])
        #expect(result.code == 2)
        #expect(result.errors == "strata top: AWS_ENDPOINT_URL takes an http or https URL, not 'localhost'")
    }

    @Test func `AWS_ENDPOINT_URL_LAMBDA precedes AWS_ENDPOINT_URL unless it is empty`() {
        let global = "http://127.0.0.1:1"
        let own = session.run(
            "top", environment: ["AWS_ENDPOINT_URL": global, "AWS_ENDPOINT_URL_LAMBDA": "http://127.0.0.1:2"])
        #expect(own.errors.hasPrefix("strata: Cannot connect to http://127.0.0.1:2. "))
        let empty = session.run("top", environment: ["AWS_ENDPOINT_URL": global, "AWS_ENDPOINT_URL_LAMBDA": ""])
        #expect(empty.errors.hasPrefix("strata: Cannot connect to http://127.0.0.1:1. "))
    }

    @Test func `an unreachable endpoint is an error that says what to do`() {
        let result = session.run("top --endpoint http://127.0.0.1:1")
        #expect(result.code == 1)
        #expect(
            result.errors == "strata: Cannot connect to http://127.0.0.1:1. Start the server with 'strata start', or "
                + "pass another --endpoint.")
    }
}
