import LinuxSystem
import SeededRandom
import Testing

@testable import LayerCheck

@Suite struct ELFFileTests {
    @Test func `a program of this host is read`() throws {
        let elf = try #require(ELFFile(try bytes(of: "/usr/bin/env")))
        #expect(elf.machine == 62 || elf.machine == 183)
        #expect(elf.libraries.contains("libc.so.6"))
        #expect(try #require(elf.glibcMinor) >= 2)
    }

    @Test func `of a file of 32 bits only the machine is read`() {
        var header = [UInt8](repeating: 0, count: 52)
        header.replaceSubrange(0..<6, with: ELFFile.magic + [1, 1])
        header[18] = 3
        #expect(ELFFile(header) == ELFFile(machine: 3))
    }

    @Test(arguments: ["", "ELF", "\u{7F}ELF", "#!/bin/sh\nexec true and a line that is long enough for a header\n"])
    func `what is no such file is none`(text: String) {
        #expect(ELFFile(Array(text.utf8)) == nil)
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `damaged files are read without a trap`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let original = try bytes(of: "/usr/bin/env")
        for _ in 0..<150 { _ = ELFFile(random.mutated(original)) }
        for _ in 0..<300 { _ = ELFFile(mutatedHeaders(of: original, using: &random)) }
        for _ in 0..<300 {
            let noise = (0..<Int.random(in: 0...4_096, using: &random)).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            _ = ELFFile(ELFFile.magic + [2, 1] + noise)
            _ = ELFFile(noise)
        }
    }

    /// The file with numbers of its headers and its dynamic section replaced by extreme ones, and often cut off.
    private func mutatedHeaders(of original: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        let extremes: [UInt64] = [.max, 1 << 63, (1 << 56) - 1, 1 << 32, 0xFFFF_FFFF, 0xFFFF, 1, 0]
        var bytes = original
        let dynamic = dynamicOffset(of: original)
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let isDynamic = Bool.random(using: &random)
            let place = (isDynamic ? dynamic : 16) + 2 * Int.random(in: 0..<(isDynamic ? 240 : 400), using: &random)
            let number = extremes.randomElement(using: &random) ?? 0
            for index in 0..<8 where place + index < bytes.count {
                bytes[place + index] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(index)))
            }
        }
        if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
        return bytes
    }

    /// Where the segment of type `PT_DYNAMIC` is.
    private func dynamicOffset(of bytes: [UInt8]) -> Int {
        func number(_ offset: Int, _ count: Int) -> Int {
            bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let headers = (0..<number(56, 2)).map { number(32, 8) + 56 * $0 }
        return headers.first { number($0, 4) == 2 }.map { number($0 + 8, 8) } ?? 0
    }

    private func bytes(of path: String) throws -> [UInt8] {
        let file = try FileDescriptor.open(FilePath(path), .read)
        return try file.bytes(count: file.status().size, at: 0)
    }
}
