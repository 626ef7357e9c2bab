import AWSProtocol
import Testing

@testable import Toolchain

@Suite struct LayerUsageTests {
    private static let layer = "arn:aws:lambda:eu-west-1:123456789012:layer:tools"

    private func version(_ number: Int) throws -> LayerVersionSummary {
        let members: [String: AWSValue] = [
            "LayerVersionArn": .string("\(Self.layer):\(number)"), "Version": .integer(Int64(number)),
        ]
        return try #require(LayerVersionSummary(.structure(members)))
    }

    @Test(arguments: [
        ("tools", true), ("tools:3", true), ("tools:4", false), ("tool", false), (Self.layer, true),
        (Self.layer + ":3", true), (Self.layer + ":4", false),
        ("arn:aws:lambda:eu-west-2:123456789012:layer:tools", false),
    ])
    func `a layer is named by name, number or ARN`(text: String, isCovered: Bool) {
        #expect(LayerSelection(text).covers(Self.layer + ":3") == isCovered)
    }

    @Test func `what is used, new or shared stays`() throws {
        let versions = try (1...6).map(version)
        var asked: [Int] = []
        let pruning = LayerPruning([versions], uses: [versions[1].arn: 2], keep: 2) { version in
            asked.append(version.number)
            return version.number == 3
        }
        #expect(pruning.unused.map(\.number) == [1, 4])
        #expect(
            Dictionary(uniqueKeysWithValues: pruning.kept.map { ($0.version.number, $0.reason) })
                == [2: .used(count: 2), 3: .shared, 5: .newest, 6: .newest])
        #expect(asked == [1, 3, 4], "policies are asked for only where they decide")
    }
}
