import SeededRandom
import Testing

@testable import AWSProtocol

struct CBORTests {
    private static let library = ModelLibrary(
        reading: """
            service lobby name=lobby version=1 protocols=smithy-rpc-v2-cbor
            structure Everything
             Flag Flag
             Count Count
             Size Size
             Ratio Ratio
             Text Text
             Bytes Bytes
             When When
             Words Words
             Notes Notes
             Inner Everything
            boolean Flag
            integer Count
            long Size
            double Ratio
            string Text
            blob Bytes
            timestamp When
            list Words Text
            map Notes Text Text
            """)
    private let schema = library.schema("Everything")

    private func decode(_ bytes: [UInt8]) throws -> AWSValue { try CBOR.decode(bytes, as: schema) }

    /// A map with one entry: `a1`, the key as a text, the value.
    private func decode(_ name: String, _ value: [UInt8]) throws -> AWSValue? {
        try decode([0xA1, 0x60 | UInt8(name.utf8.count)] + Array(name.utf8) + value)[name]
    }

    @Test func `every kind of value survives`() throws {
        let value = AWSValue.structure([
            "Flag": .boolean(true), "Count": .integer(-1), "Size": .integer(.min), "Ratio": .double(0.1),
            "Text": .string("é"), "Bytes": .blob([0, 255]), "When": .timestamp(1.5),
            "Words": .list([.string(""), .string("w")]), "Notes": .structure(["k": .string("v")]),
            "Inner": .structure(["When": .timestamp(-1)]),
        ])
        #expect(try decode(CBOR.encode(value, as: schema)) == value)
    }

    // Source: RFC 8949, appendix A.
    @Test(
        arguments: [
            ([0x00], 0), ([0x17], 23), ([0x18, 0x18], 24), ([0x19, 0x03, 0xE8], 1000),
            ([0x1B, 0, 0, 0, 0xE8, 0xD4, 0xA5, 0x10, 0], 1_000_000_000_000), ([0x20], -1), ([0x39, 0x03, 0xE7], -1000),
        ] as [([UInt8], Int64)])
    func `the RFC's integers are read and written`(bytes: [UInt8], number: Int64) throws {
        #expect(try decode("Size", bytes) == .integer(number))
        #expect(CBOR.encode(.integer(number), as: Self.library.schema("Size")) == bytes)
    }

    // Source: RFC 8949, appendix A.
    @Test(
        arguments: [
            ([0xF9, 0x00, 0x00], 0), ([0xF9, 0x3C, 0x00], 1), ([0xF9, 0x7B, 0xFF], 65504),
            ([0xF9, 0x00, 0x01], 5.960464477539063e-8), ([0xF9, 0x04, 0x00], 0.00006103515625),
            ([0xF9, 0xC4, 0x00], -4),
            ([0xFA, 0x47, 0xC3, 0x50, 0x00], 100_000), ([0xFB, 0x3F, 0xF1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9A], 1.1),
            ([0xF9, 0x7C, 0x00], .infinity), ([0xF9, 0xFC, 0x00], -.infinity), ([0x05], 5), ([0x24], -5),
        ] as [([UInt8], Double)])
    func `the RFC's floating-point numbers are read`(bytes: [UInt8], number: Double) throws {
        #expect(try decode("Ratio", bytes) == .double(number))
    }

    @Test func `items of indefinite length are read`() throws {
        #expect(try decode("Text", [0x7F, 0x61, 0x61, 0x61, 0x62, 0xFF]) == .string("ab"))
        #expect(try decode("Bytes", [0x5F, 0x41, 1, 0x41, 2, 0xFF]) == .blob([1, 2]))
        #expect(try decode("Words", [0x9F, 0x61, 0x61, 0xFF]) == .list([.string("a")]))
        #expect(try decode([0xBF, 0x64] + Array("Flag".utf8) + [0xF4, 0xFF])["Flag"] == .boolean(false))
    }

    @Test func `unknown members are checked and skipped`() throws {
        for item: [UInt8] in [
            [0x83, 1, 0xC1, 2, 0xF6], [0xA1, 0x61, 0x78, 0x80], [0x5F, 0x40, 0xFF],
            [0xFB] + .init(repeating: 0, count: 8),
        ] {
            #expect(try decode([0xA1, 0x61, 0x78] + item) == .structure([:]))
        }
    }

    @Test func `null and undefined are no value`() throws {
        #expect(try decode("Text", [0xF6]) == nil)
        #expect(try decode("Text", [0xF7]) == nil)
    }

    @Test(
        arguments: [
            [], [0xA1], [0xA1, 0x61], [0xA1, 0x01, 0x01], [0xA0, 0x00], [0xBF], [0xFF], [0xA1, 0x61, 0x78, 0xFF],
            [0xA1, 0x61, 0x78, 0x1C], [0xA1, 0x61, 0x78, 0x5F, 0x61, 0x61, 0xFF], [0xA1, 0x61, 0xFF, 0x00],
            // Lengths that no document has.
            [0xBB, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x9B, 0x7F, 0, 0, 0, 0, 0, 0, 0],
            [0xA1, 0x7B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x61],
        ] as [[UInt8]])
    func `what is not a document is refused`(bytes: [UInt8]) {
        #expect(throws: AWSError.self) { try decode(bytes) }
    }

    @Test func `a value of another type is refused`() {
        for (name, item) in [
            ("Count", [0x61, 0x31]), ("Count", [0x1A, 0x80, 0, 0, 0]),
            ("Size", [0x1B] + .init(repeating: 0xFF, count: 8)),
            ("Text", [0x41, 0x31]), ("Bytes", [0x61, 0x31]), ("When", [0x01]), ("When", [0xC0, 0x01]),
            ("When", [0xC1, 0xF9, 0x7E, 0]), ("Flag", [0x01]), ("Words", [0xA0]), ("Notes", [0x80]),
        ] as [(String, [UInt8])] {
            #expect(throws: AWSError.self) { try decode(name, item) }
        }
    }

    @Test func `nesting has a limit`() {
        let inner: [UInt8] = [0xA1, 0x65] + Array("Inner".utf8)
        let skipped: [UInt8] = [0xA1, 0x61, 0x78]
        for item in [inner, [0x81], [0xC1]] {
            let deep = Array(repeatElement(item, count: 100_000).joined())
            #expect(throws: AWSError.self) { try decode(deep) }
            #expect(throws: AWSError.self) { try decode(skipped + deep) }
        }
    }

    @Test func `no bytes can do worse than an error`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let value = AWSValue.structure([
            "Size": .integer(300), "Ratio": .double(1.1), "Text": .string("text"), "When": .timestamp(1),
            "Words": .list([.string("w")]), "Notes": .structure(["k": .string("v")]),
            "Inner": .structure(["Bytes": .blob([1, 2, 3])]),
        ])
        let document = CBOR.encode(value, as: schema)
        for _ in 0..<20_000 {
            let bytes = random.mutated(document)
            do {
                let read = try decode(bytes)
                #expect(try decode(CBOR.encode(read, as: schema)).isLike(read), "seed \(seed)")
            } catch let error as AWSError {
                #expect(error.status == 400)
            }
        }
    }
}

extension AWSValue {
    /// Whether both are equal when what is written once has lost its null members; no number equals NaN.
    fileprivate func isLike(_ other: AWSValue) -> Bool {
        switch (self, other) {
        case (.double(let left), .double(let right)): left == right || left.isNaN && right.isNaN
        case (.list(let left), .list(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isLike($1) }
        case (.structure(let left), .structure(let right)):
            right.allSatisfy { name, value in value == .null || left[name].map { $0.isLike(value) } ?? false }
        default: self == other
        }
    }
}
