import Testing

@testable import Packaging

/// Streams are written by hand, byte by byte, as `Python/marshal.c` writes them.
@Suite struct MarshalStreamTests {
    private func canonical(_ bytes: [UInt8], minor: Int = 12) -> [UInt8]? {
        MarshalStream(bytes[...], layout: .init(pythonMinor: minor))?.canonicalBytes
    }

    private let marked: UInt8 = 0x80
    private func short(_ text: String, mark: UInt8 = 0) -> [UInt8] {
        [UInt8(ascii: "z") | mark, UInt8(text.utf8.count)] + Array(text.utf8)
    }
    private func tuple(_ elements: [[UInt8]], mark: UInt8 = 0) -> [UInt8] {
        [UInt8(ascii: ")") | mark, UInt8(elements.count)] + elements.joined()
    }
    private func reference(_ index: UInt8) -> [UInt8] { [UInt8(ascii: "r"), index, 0, 0, 0] }

    @Test func `a mark without a reference is removed, and references count what is left`() {
        let stream = tuple([short("a", mark: marked), short("b", mark: marked), reference(2)], mark: marked)
        #expect(canonical(stream) == tuple([short("a"), short("b", mark: marked), reference(0)]))
    }

    @Test func `a process that marks nothing writes the same as one that marks everything`() {
        let plain = tuple([short("a"), tuple([short("b")])])
        let all = tuple([short("a", mark: marked), tuple([short("b", mark: marked)], mark: marked)], mark: marked)
        #expect(canonical(plain) == plain)
        #expect(canonical(all) == plain)
    }

    @Test func `the elements of a set are in one order`() {
        func set(_ elements: [[UInt8]]) -> [UInt8] {
            [UInt8(ascii: ">"), UInt8(elements.count), 0, 0, 0] + elements.joined()
        }
        let none = [UInt8(ascii: "N")]
        #expect(canonical(set([short("b"), none, short("a")])) == set([none, short("a"), short("b")]))
        #expect(canonical(set([short("a"), short("b"), none])) == set([none, short("a"), short("b")]))
    }

    @Test func `an element of a set that is referred to later keeps its reference`() {
        let set: [UInt8] = [UInt8(ascii: ">"), 2, 0, 0, 0] + short("b", mark: marked) + short("a", mark: marked)
        let sorted: [UInt8] = [UInt8(ascii: ">"), 2, 0, 0, 0] + short("a") + short("b", mark: marked)
        #expect(canonical(tuple([set, reference(0)])) == tuple([sorted, reference(0)]))
    }

    @Test(arguments: [
        [UInt8(ascii: "i"), 1, 2, 3, 4], [UInt8(ascii: "l"), 0xFE, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4],
        [UInt8(ascii: "g"), 0, 0, 0, 0, 0, 0, 0xF0, 0x3F], [UInt8(ascii: "y")] + Array(repeating: 7, count: 16),
        [UInt8(ascii: "s"), 2, 0, 0, 0, 9, 9], [UInt8(ascii: "[")] + [0, 0, 0, 0], [UInt8(ascii: ".")],
        [UInt8(ascii: ":")] + Array("NTF".utf8),
    ])
    func `each kind of object is written as it was read`(bytes: [UInt8]) {
        #expect(canonical(bytes) == bytes)
        for count in bytes.indices { #expect(canonical(Array(bytes.prefix(count))) == nil) }
        #expect(canonical(bytes + [0]) == nil)
    }

    @Test(arguments: [(10, 6, 1), (12, 5, 2)])
    func `numbers and objects of code are where its Python has them`(minor: Int, numbers: Int, atTheEnd: Int) {
        func code(_ mark: UInt8) -> [UInt8] {
            [UInt8(ascii: "c") | mark] + Array(repeating: 3, count: 4 * numbers)
                + Array(repeating: short("o", mark: mark), count: 8).joined() + [1, 0, 0, 0]
                + Array(repeating: short("e", mark: mark), count: atTheEnd).joined()
        }
        #expect(canonical(code(marked), minor: minor) == code(0))
        #expect(canonical(code(0), minor: minor == 10 ? 12 : 10) == nil)
    }

    @Test func `references to nothing and endless nesting are refused`() {
        #expect(canonical(tuple([reference(0)])) == nil)
        #expect(canonical(tuple([reference(0xFF)])) == nil)
        #expect(canonical(Array(repeating: [UInt8(ascii: ")"), 1], count: 100_000).flatMap(\.self)) == nil)
    }
}
