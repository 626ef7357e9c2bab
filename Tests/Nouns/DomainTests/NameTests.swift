import SeededRandom
import Testing

@testable import Domain

@Suite struct NameTests {
    @Test func `an account has exactly twelve digits`() {
        #expect(AccountID("000000000000")?.description == "000000000000")
        for text in ["", "12345678901", "1234567890123", "12345678901a", "１２３４５６７８９０１２", "123456789 12"] {
            #expect(AccountID(text) == nil)
        }
    }

    @Test func `a function's name has plain characters, at most 140 in a request`() {
        #expect(FunctionName("my-function_2")?.description == "my-function_2")
        #expect(FunctionName(String(repeating: "a", count: 140)) != nil)
        for text in ["", String(repeating: "a", count: 141), "a.b", "a:b", "a b", "é", "a\u{0}", "$LATEST"] {
            #expect(FunctionName(text) == nil)
        }
    }

    @Test func `a layer's name has at most 140 plain characters`() {
        #expect(LayerName(String(repeating: "a", count: 140)) != nil)
        #expect(LayerName(String(repeating: "a", count: 141)) == nil)
    }

    @Test func `an alias is not a number`() {
        #expect(AliasName("PROD") != nil)
        #expect(AliasName("1a") != nil)
        #expect(AliasName("1") == nil)
        #expect(AliasName("$LATEST") == nil)
    }

    @Test(arguments: [
        ("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eusc-de-east-1", "aws-eusc"), ("basement", "aws"),
    ])
    func `a region lies in a partition`(name: String, partition: String) {
        #expect(Region(name)?.partition == partition)
    }

    @Test func `a region is lower case and starts with a letter`() {
        for text in ["", "1-east", "US-EAST-1", "us_east_1", "a:b", String(repeating: "a", count: 33)] {
            #expect(Region(text) == nil)
        }
    }

    @Test func `a version is $LATEST or a number as it is written`() {
        #expect(FunctionVersion("$LATEST") == .latest)
        #expect(FunctionVersion("12") == .number(12))
        for text in ["", "0", "01", "-1", "+1", "1.0", "99999999999999999999999", "$latest"] {
            #expect(FunctionVersion(text) == nil)
        }
    }

    @Test func `a layer version's number counts from one`() {
        #expect(LayerVersionNumber("1") == .first)
        #expect(LayerVersionNumber(0) == nil)
        #expect(LayerVersionNumber("007") == nil)
    }

    @Test func `a revision is a lower-case UUID that comes back from its text`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<100 {
            let revision = RevisionID.random(using: &generator)
            #expect(RevisionID(revision.description) == revision)
        }
        let valid = "6f1e2d3c-0a9b-4c8d-8e7f-001122334455"
        #expect(RevisionID(valid) != nil)
        #expect(RevisionID(valid.uppercased()) == nil)
        #expect(RevisionID(String(valid.dropLast())) == nil)
        #expect(RevisionID(valid.replacing("-", with: "0")) == nil)
    }

    @Test(arguments: [
        ("python3.12", RuntimeFamily.python(minor: 12)), ("nodejs22.x", .nodejs(major: 22)),
        ("java8.al2", .java(version: "8.al2")),
        ("provided.al2023", .provided(system: "al2023")), ("provided", .provided(system: "al1")),
        ("ruby3.4", .ruby(version: "3.4")), ("dotnet8", .dotnet(version: "8")), ("python2.7", .other),
        ("nodejs", .other),
        ("cobol85", .other),
    ])
    func `a runtime's family is read from its name`(name: String, family: RuntimeFamily) {
        #expect(RuntimeIdentifier(name)?.family == family)
    }

    @Test(arguments: [
        ("python3.12", "python:3.12"), ("nodejs22.x", "nodejs:22"), ("java8.al2", "java:8.al2"),
        ("provided.al2023", "provided:al2023"), ("provided", "provided"),
    ])
    func `logs have the language and the version apart`(name: String, text: String) {
        #expect(RuntimeIdentifier(name)?.versionText == text)
    }
}
