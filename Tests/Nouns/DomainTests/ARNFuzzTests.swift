import SeededRandom
import Testing

@testable import Domain

@Suite struct ARNFuzzTests {
    private static let seeds: [UInt64] = [1, 2, 3, .random(in: .min ... .max)]

    @Test(arguments: seeds)
    func `formatted ARNs parse back to themselves`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let function = try Self.function(using: &generator)
            let arn = FunctionARN(function, qualifier: Self.qualifiers.randomElement(using: &generator) ?? nil)
            #expect(FunctionARN(arn.description) == arn, "seed \(seed)")
            let reference = try FunctionReference(arn.description)
            let resolved = try reference.resolved(account: function.account, region: function.region)
            #expect(FunctionARN(resolved, qualifier: reference.qualifier) == arn, "seed \(seed)")
            let layer = try LayerID(
                account: function.account, region: function.region, name: #require(LayerName(function.name.description))
            )
            let number = try #require(LayerVersionNumber(Int.random(in: 1 ... .max, using: &generator)))
            #expect(LayerID(layer.description) == layer, "seed \(seed)")
            #expect(LayerVersionARN("\(layer):\(number)") == LayerVersionARN(layer, number), "seed \(seed)")
        }
    }

    @Test(arguments: seeds)
    func `mutated ARNs never trap, and what parses is in canonical form`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5_000 {
            let text = Self.mutated(Self.samples.randomElement(using: &generator) ?? "", using: &generator)
            if let arn = FunctionARN(text) { #expect(arn.description == text, "seed \(seed)") }
            if let arn = LayerVersionARN(text) { #expect(arn.description == text, "seed \(seed)") }
            if let layer = LayerID(text) { #expect(layer.description == text, "seed \(seed)") }
            if let runtime = RuntimeIdentifier(text) { _ = runtime.family }
            _ = RevisionID(text)
            do throws(FunctionReferenceError) {
                _ = try FunctionReference(text, qualifier: Bool.random(using: &generator) ? text : nil)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }

    private static let qualifiers: [Qualifier?] = [
        nil, .latest, .version(.number(1)), .version(.number(.max)), Qualifier("PROD"), Qualifier("-"),
    ]

    private static let samples = [
        "arn:aws:lambda:us-east-1:123456789012:function:f:PROD", "arn:aws:lambda:us-east-1:123456789012:layer:numpy:3",
        "us-east-1:123456789012:function:f:$LATEST", "123456789012:function:f", "f:1", "python3.12",
        "6f1e2d3c-0a9b-4c8d-8e7f-001122334455",
    ]

    private static func function(using generator: inout SeededGenerator) throws -> FunctionID {
        let digits = (0..<12).map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined()
        let regions = ["us-east-1", "cn-north-1", "us-gov-west-1", "cellar"]
        let alphabet = Array("abcXYZ0189-_")
        let region = regions[Int.random(in: 0..<regions.count, using: &generator)]
        let name = (0..<Int.random(in: 1...64, using: &generator)).map { _ in
            alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        }
        return try FunctionID(
            account: #require(AccountID(digits)), region: #require(Region(region)),
            name: #require(FunctionName(String(name))))
    }

    private static func mutated(_ text: String, using generator: inout SeededGenerator) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            let index = Int.random(in: 0...bytes.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes.insert(UInt8(ascii: ":"), at: index)
            case 1: bytes.insert(UInt8.random(in: .min ... .max, using: &generator), at: index)
            case 2 where index < bytes.count: bytes.remove(at: index)
            default: bytes.insert(contentsOf: bytes[index...].prefix(8), at: index)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
