import AWSProtocol
import Testing

@testable import ServiceKit

@Suite struct LogFormatterTests {
    private func line(
        _ format: LogLineFormat, _ fields: [(name: String, value: LogValue)] = [], isColored: Bool = false,
        milliseconds: Int64 = 1_767_225_600_007
    ) -> String {
        let event = LogEvent(
            timeMilliseconds: milliseconds, level: .warning, component: "gateway", message: "A call was slow",
            fields: fields)
        return String(decoding: LogFormatter(format: format, isColored: isColored).line(event), as: UTF8.self)
    }

    @Test func `a text line has time, level, component, message and fields`() {
        let fields: [(String, LogValue)] = [
            ("operation", "lambda:Invoke"), ("status", .integer(500)), ("seconds", .number(0.25)),
            ("late", .flag(true)),
            ("note", "two words"), ("empty", ""), ("sign", "a=b"),
        ]
        #expect(
            line(.text, fields)
                == "2026-01-01T00:00:00.007Z WARNING gateway: A call was slow operation=lambda:Invoke status=500 "
                + "seconds=0.25 late=true note=\"two words\" empty=\"\" sign=\"a=b\"\n")
    }

    @Test func `a JSON line is one object with stable names`() {
        let fields: [(String, LogValue)] = [
            ("status", .integer(500)), ("seconds", .number(0.25)), ("late", .flag(false)), ("note", "two \"words\""),
        ]
        #expect(
            line(.json, fields)
                == #"{"time":"2026-01-01T00:00:00.007Z","level":"warning","component":"gateway","#
                + #""message":"A call was slow","status":500,"seconds":0.25,"late":false,"note":"two \"words\""}"#
                + "\n")
    }

    @Test(arguments: [Double.nan, .infinity])
    func `a number that JSON does not have is a text`(number: Double) throws {
        let line = line(.json, [("number", .number(number))])
        #expect(try JSON.decode(Array(line.utf8))["number"] == .string("\(number)"))
    }

    @Test(arguments: [LogLineFormat.text, .json])
    func `a value cannot forge a line, colour a terminal or reverse its text`(format: LogLineFormat) {
        let evil = "a\nb\r\u{1B}[31m\u{7F}\u{9B}\u{2028}\u{202E}\u{0}\u{E0001}é"
        let line = line(format, [("evil", .text(evil))])
        #expect(line.filter(\.isNewline).count == 1 && line.hasSuffix("\n"))
        #expect(
            line.contains(#""a\nb\r\u001b[31m\u007f\u009b\u2028\u202e\u0000\#u{FFFD}é""#), "\(line)")
    }

    @Test func `a JSON line with any value is JSON`() throws {
        let evil = String((0...0x2FFF).compactMap { Unicode.Scalar($0) }.map(Character.init))
        for start in stride(from: 0, to: 0x2F00, by: 0x80) {
            let part = String(String.UnicodeScalarView(evil.unicodeScalars.dropFirst(start).prefix(0x80)))
            let document = try JSON.decode(Array(line(.json, [("evil", .text(part))]).utf8))
            #expect(document["evil"] == .string(part))
        }
    }

    @Test(arguments: [LogLineFormat.text, .json])
    func `a long value is cut, and a line with many fields too`(format: LogLineFormat) throws {
        let long = LogValue.text(String(repeating: "é\n", count: 10_000))
        let one = line(format, [("long", long), ("next", "here")])
        #expect(one.utf8.count < LogFormatter.valueBytesMax + 200)
        #expect(one.contains("…\"") && one.contains("here"))
        let many = line(format, (0..<100).map { ("field\($0)", long) })
        #expect(many.utf8.count <= LogFormatter.lineBytesMax)
        #expect(many.contains("truncated"))
        if format == .json { #expect(try JSON.decode(Array(many.utf8))["truncated"] == .boolean(true)) }
    }

    @Test func `levels are coloured on a terminal only`() {
        #expect(line(.text, isColored: true).contains("\u{1B}[33mWARNING\u{1B}[0m"))
        #expect(!line(.text).contains("\u{1B}"))
        #expect(!line(.json, isColored: true).contains("\u{1B}"))
    }

    @Test func `the line of a call has colours where they are on, and no escape sequence of the client`() {
        func line(_ format: LogLineFormat, _ operation: String?, _ status: Int, isColored: Bool = false) -> String {
            let call = AnsweredCall(
                service: "lambda", operation: operation, request: "GET /\u{1B}[2J", status: status, milliseconds: 1.26,
                account: operation == nil ? "111122223333" : nil)
            return String(
                decoding: LogFormatter(format: format, isColored: isColored).line(call, timeMilliseconds: 5),
                as: UTF8.self)
        }
        #expect(line(.text, "Invoke", 200) == "1970-01-01T00:00:00.005Z lambda Invoke 200 1.3 ms\n")
        #expect(line(.text, "Invoke", 200, isColored: true).contains(" \u{1B}[32m200\u{1B}[0m "))
        #expect(line(.text, "Invoke", 404, isColored: true).contains(" \u{1B}[33m404\u{1B}[0m "))
        #expect(line(.text, "Invoke", 503, isColored: true).contains(" \u{1B}[31m503\u{1B}[0m "))
        #expect(
            line(.text, nil, 404)
                == "1970-01-01T00:00:00.005Z lambda GET /\\u001b[2J 404 1.3 ms account=111122223333\n")
        #expect(
            line(.json, nil, 404).contains(#","request":"GET /\u001b[2J","status":404,"milliseconds":1.3,"account":"#))
    }
}
