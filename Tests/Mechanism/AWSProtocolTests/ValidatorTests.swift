import Testing

@testable import AWSProtocol

/// Messages of real services, as quoted in public bug reports; the names of shapes are invented.
struct ValidatorTests {
    private static let name = Schema("Name", .string, minimum: 1, maximum: 8, pattern: "[a-z]+")
    private static let secret = Schema("Secret", .string, maximum: 3, isSensitive: true)
    private static let runtime = Schema("Runtime", .string, allowedValues: ["one", "two"])
    private static let tag = Schema(
        "Tag", .structure([Schema.Member("Key", name, isRequired: true), Schema.Member("Secret", secret)]))

    private func message(_ value: AWSValue, _ schema: Schema, required: Bool = false) -> String? {
        let input = Schema("Input", .structure([Schema.Member("FooBar", schema, isRequired: required)]))
        do throws(AWSError) {
            try Validator.validate(.structure(["FooBar": value]), by: input)
            return nil
        } catch {
            #expect(error.name == "ValidationException" && error.status == 400)
            return error.message
        }
    }

    private func one(_ shown: String, _ words: String, at path: String = "fooBar") -> String {
        "1 validation error detected: Value\(shown) at '\(path)' failed to satisfy constraint: \(words)"
    }

    @Test func `numbers have bounds`() {
        let memory = Schema("Memory", .integer, minimum: 128, maximum: 10_240)
        #expect(message(.integer(128), memory) == nil)
        #expect(message(.integer(64), memory) == one(" '64'", "Member must have value greater than or equal to 128"))
        #expect(
            message(.integer(10_241), memory) == one(" '10241'", "Member must have value less than or equal to 10240"))
        let weight = Schema("Weight", .double, minimum: 0, maximum: 1)
        #expect(message(.double(1.5), weight) == one(" '1.5'", "Member must have value less than or equal to 1.0"))
    }

    @Test func `lengths have bounds`() {
        let text = Schema("Text", .string, minimum: 2, maximum: 3)
        #expect(message(.string("é😀漢"), text) == nil)
        #expect(message(.string("a"), text) == one(" 'a'", "Member must have length greater than or equal to 2"))
        #expect(message(.string("abcd"), text) == one(" 'abcd'", "Member must have length less than or equal to 3"))
        let list = Schema("List", .list({ Schema("Any", .string) }), minimum: 1, maximum: 1)
        #expect(message(.list([]), list) == one(" '[]'", "Member must have length greater than or equal to 1"))
        let two: AWSValue = .list([.string("a"), .string("b")])
        #expect(message(two, list) == one(" '[a, b]'", "Member must have length less than or equal to 1"))
        let blob = Schema("Blob", .blob, maximum: 1)
        #expect(message(.blob([1, 2]), blob) == one("", "Member must have length less than or equal to 1"))
    }

    @Test func `an enumeration lists its values`() {
        #expect(message(.string("two"), Self.runtime) == nil)
        #expect(
            message(.string("six"), Self.runtime) == one(" 'six'", "Member must satisfy enum value set: [one, two]"))
    }

    @Test func `a required member must be present`() {
        #expect(message(.null, Self.name) == nil)
        #expect(message(.null, Self.name, required: true) == one(" null", "Member must not be null"))
    }

    @Test func `all violations are in one message, a pattern before lengths`() {
        let input = Schema(
            "Input",
            .structure([Schema.Member("KMSKeyArn", Self.name), Schema.Member("Role", Self.name, isRequired: true)]))
        let violations = Validator.violations(of: .structure(["KMSKeyArn": .string("")]), by: input)
        #expect(
            violations == [
                "Value '' at 'kMSKeyArn' failed to satisfy constraint: "
                    + "Member must satisfy regular expression pattern: [a-z]+",
                "Value '' at 'kMSKeyArn' failed to satisfy constraint: "
                    + "Member must have length greater than or equal to 1",
                "Value null at 'role' failed to satisfy constraint: Member must not be null",
            ])
        #expect(throws: AWSError.validation("3 validation errors detected: " + violations.joined(separator: "; "))) {
            try Validator.validate(.structure(["KMSKeyArn": .string("")]), by: input)
        }
    }

    @Test func `a list of texts is shown whole, with its elements' constraints in brackets`() {
        let list = Schema("List", .list({ Self.name }))
        let bracketed =
            "[Member must have length less than or equal to 8, Member must have length greater than or equal to 1, "
            + "Member must satisfy regular expression pattern: [a-z]+, Member must not be null]"
        #expect(
            message(.list([.string("a"), .string("B")]), list)
                == one(" '[a, B]'", "Member must satisfy constraint: \(bracketed)"))
        #expect(message(.list([.null]), list)?.contains("Value '[null]'") == true)
    }

    @Test func `a map names the constraints of its keys and of its values`() {
        let map = Schema("Map", .map(key: { Self.name }, value: { Schema("Weight", .double, maximum: 1) }))
        #expect(message(.structure(["a": .double(1)]), map) == nil)
        #expect(
            message(.structure(["1": .double(1)]), map)?
                .hasPrefix(one(" '{1=1.0}'", "Map keys must satisfy constraint: [Member must have length")) == true)
        #expect(
            message(.structure(["a": .double(2)]), map)
                == one(
                    " '{a=2.0}'",
                    "Map value must satisfy constraint: "
                        + "[Member must have value less than or equal to 1.0, Member must not be null]"
                ))
    }

    @Test func `paths into lists of structures count from one`() {
        let tags = Schema("Tags", .list({ Self.tag }))
        let value: AWSValue = .list([.structure(["Key": .string("a")]), .structure([:])])
        #expect(message(value, tags) == one(" null", "Member must not be null", at: "fooBar.2.member.key"))
        let map = Schema("Map", .map(key: { Self.name }, value: { Self.tag }))
        let entries: AWSValue = .structure(["x": .structure([:])])
        #expect(message(entries, map) == one(" null", "Member must not be null", at: "fooBar.x.member.key"))
    }

    @Test func `sensitive values are never shown, wherever they are`() {
        #expect(
            message(.string("hunter2"), Self.secret)?.hasPrefix("1 validation error detected: Value at 'fooBar'")
                == true)
        let list = Schema("List", .list({ Self.secret }))
        #expect(message(.list([.string("hunter2")]), list)?.contains("hunter2") == false)
        let map = Schema("Map", .map(key: { Self.secret }, value: { Self.name }))
        #expect(message(.structure(["hunter2": .string("a")]), map)?.contains("hunter2") == false)
        let tags = Schema("Tags", .list({ Self.tag }), maximum: 0)
        let value: AWSValue = .list([.structure(["Key": .string("a"), "Secret": .string("pw")])])
        #expect(message(value, tags)?.contains("pw") == false)
    }

    @Test func `a message repeats at most a thousand characters and a hundred violations`() throws {
        let long = try #require(message(.string(String(repeating: "x", count: 100_000)), Self.name))
        #expect(long.count < 3000)
        let tags = Schema("Tags", .list({ Self.tag }))
        let many = try #require(message(.list(Array(repeating: .structure([:]), count: 10_000)), tags))
        #expect(many.hasPrefix("100 validation errors detected: "))
    }

    @Test func `a shape may contain itself`() {
        final class Tree: Sendable {
            static let schema: Schema = Schema(
                "Tree",
                .structure([
                    Schema.Member("Left", schema), Schema.Member("Name", ValidatorTests.name, isRequired: true),
                ]))
        }
        let value: AWSValue = .structure([
            "Name": .string("a"), "Left": .structure(["Left": .structure(["Name": .string("b")])]),
        ])
        #expect(
            Validator.violations(of: value, by: Tree.schema)
                == ["Value null at 'left.name' failed to satisfy constraint: Member must not be null"])
    }
}
