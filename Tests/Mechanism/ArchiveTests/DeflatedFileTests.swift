import Testing

@testable import Archive

@Suite struct DeflatedFileTests {
    @Test(arguments: [0, 1, 1000, ZipWriter.pieceBytes, ZipWriter.pieceBytes + 1, 3 * ZipWriter.pieceBytes])
    func `a zip is the same whether a file was compressed before or while it is written`(count: Int) throws {
        let source = try anonymousFile((0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) })
        let deflated = try DeflatedFile(contentsOf: source)
        let whileWritten = try written { try $0.addFile("a", mode: 0o755, contentsOf: source) }
        #expect(try written { try $0.addFile("a", mode: 0o755, deflated) } == whileWritten)
        let kept = try #require(DeflatedFile(serialized: deflated.serialized))
        #expect(try written { try $0.addFile("a", mode: 0o755, kept) } == whileWritten)
    }

    @Test func `what is too short was not made by it`() {
        #expect(DeflatedFile(serialized: Array(repeating: 0, count: 11)) == nil)
    }
}
