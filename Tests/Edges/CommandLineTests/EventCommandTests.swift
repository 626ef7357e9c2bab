import AWSProtocol
import SampleEvents
import Testing

@testable import CommandLine

@Suite struct EventCommandTests {
    private let session = Session()

    @Test func `without a name all samples are listed, one on each line`() throws {
        let result = session.run("event")
        #expect(result.code == 0)
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == SampleEvent.all.count + 1)
        #expect(lines.allSatisfy { $0.count <= 100 })
        let sqs = try #require(lines.first { $0.hasPrefix("sqs ") })
        #expect(sqs.hasSuffix("  A message of an SQS queue"))
    }

    @Test func `the list as JSON has name, summary and documentation of each sample`() throws {
        let lines = session.run("event --json").output.split(separator: "\n")
        let documents = try lines.map { try JSON.decode(Array($0.utf8)) }
        #expect(documents.map { $0.text("name") } == SampleEvent.all.map(\.name))
        #expect(documents.allSatisfy { !$0.text("summary").isEmpty && $0.text("documentation").hasPrefix("https://") })
    }

    @Test func `a sample is printed in lines, or on one`() throws {
        let sample = try #require(SampleEvent.named("sqs")).document().tree
        let text = session.run("event sqs").output
        #expect(text.hasPrefix("{\n  \"Records\": [\n    {\n"))
        #expect(try JSONTree(Array(text.utf8)) == sample)
        #expect(session.run("event sqs --json").output == String(decoding: sample.bytes, as: UTF8.self))
    }

    @Test func `values are set in the order in which they are given`() throws {
        let result = session.run(
            #"event sqs --set Records[0].body={"a":1} --set Records[0].body=hi --set=Records[0].extra={"n":1} "#
                + "--set Records[0].extra.n=2")
        #expect(result.code == 0)
        let event = EventDocument(try JSONTree(Array(result.output.utf8)))
        #expect(event[try EventPath("Records[0].body")] == .string("hi"))
        #expect(event[try EventPath("Records[0].extra.n")] == .number("2"))
    }

    @Test(arguments: [
        ("--set x=1", "--set needs the NAME of an event; 'strata event' lists them"),
        (
            "kinesis --set Records[0]",
            "--set 'Records[0]': '=' and a value are missing after 'Records[0]'; a path is such"
        ),
        ("kinesis --set a..b=1", "--set 'a..b=1': a name is missing before '.'; a path is such as Records[0].body"),
        (
            "kinesis --set Recrds[0].x=1",
            "--set 'Recrds[0].x=1': the event has no 'Recrds'; did you mean 'Records'? there are: Records"
        ),
        (
            "kinesis --set Records[0].knesis.data=1",
            "--set 'Records[0].knesis.data=1': 'Records[0]' has no 'knesis'; did you mean 'kinesis'? there are: "
        ),
        (
            "kinesis --set Records[1].x=1",
            "--set 'Records[1].x=1': 'Records' has no element [1]; it has 1 element"
        ),
        (
            "kinesis --set Records.x=1",
            "--set 'Records.x=1': 'Records' is a list, which has no member 'x'"
        ),
        (
            "function-url --set pathParameters.id=1",
            "--set 'pathParameters.id=1': 'pathParameters' is null; set it to a JSON object or list as a whole"
        ),
        ("eventbridge-schedule --set detail.a.b=1", "--set 'detail.a.b=1': 'detail' has no 'a'; it is empty"),
        ("kinesi", "unknown event 'kinesi'; did you mean 'kinesis'? there are: activemq, alb, "),
        ("carrier-pigeon", "unknown event 'carrier-pigeon'; there are: activemq, alb, "),
        ("sqs sns", "unexpected argument 'sns'; see 'strata event --help'"),
    ])
    func `an unknown name or path is a usage error that names what is there`(line: String, error: String) {
        let result = session.run("event \(line)")
        #expect(result.errors.hasPrefix("strata event: \(error)"), "\(result.errors)")
        #expect(result.output.isEmpty)
        #expect(result.code == 2)
    }

    @Test func `the help shows that the name may be missing`() {
        #expect(session.run("event --help").output.contains("Usage: strata event [NAME] [OPTIONS]"))
    }
}
