import Domain
import LambdaModel
import ServiceKit
import Testing

@testable import LambdaService

/// The rules of settings that need no server.
@Suite struct FunctionSettingsTests {
    @Test(arguments: [
        ("java8.al2", false), ("java11", true), ("java17.al2023", true), ("python3.11", false), ("python3.12", true),
        ("python3.15", true), ("dotnet6", false), ("dotnet8", true), ("dotnet10", true), ("nodejs24.x", false),
        ("ruby3.4", false), ("provided.al2023", false), ("dotnetcore3.1", false),
    ])
    func `SnapStart is for Java, Python and dotnet from a version on`(_ runtime: String, _ has: Bool) {
        #expect(FunctionRules.hasSnapStart(Lambda.Runtime(rawValue: runtime)) == has)
    }

    @Test func `every runtime that is retired is one that the model knows`() {
        #expect(FunctionRules.retiredRuntimes.isSubset(of: Lambda.Runtime.allKnown))
    }

    @Test(arguments: [(1000, 100), (5000, 100), (999, 99), (20, 2), (9, 0), (1, 0)])
    func `a tenth stays unreserved, and a hundred at most`(_ limit: Int, _ minimum: Int) {
        #expect(ConcurrencyRules(limit: limit).unreservedMinimum == minimum)
    }

    @Test func `a runtime's version is the same on every host and another in each region`() throws {
        let (here, there) = (try #require(Region("us-east-1")), try #require(Region("cn-north-1")))
        let arn = RuntimeVersions.arn(of: .python3_12, region: here)
        #expect(arn == RuntimeVersions.arn(of: .python3_12, region: here))
        #expect(arn != RuntimeVersions.arn(of: .python3_13, region: here))
        #expect(RuntimeVersions.arn(of: .python3_12, region: there).hasPrefix("arn:aws-cn:lambda:cn-north-1::runtime:"))
    }

    @Test func `tags are fifty, and none of AWS's own`() throws {
        let many = Dictionary(uniqueKeysWithValues: (0..<50).map { ("key \($0)", "") })
        try TagRules.check(many)
        #expect(throws: ServiceError.self) { try TagRules.check(many.merging(["one more": ""]) { $1 }) }
        for key in ["aws:cloudformation:stack-name", "AWS:x"] {
            #expect(throws: ServiceError.self) { try TagRules.check([key: ""]) }
        }
        try TagRules.check(["awesome:tag": ""])
    }
}
