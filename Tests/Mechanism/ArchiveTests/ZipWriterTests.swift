import Testing

@testable import Archive

@Suite struct ZipWriterTests {
    @Test func `what is written is read back`() throws {
        let large = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        let source = try anonymousFile(large)
        let zip = try written { writer in
            try writer.addDirectory("bin", mode: 0o750)
            try writer.addFile("bin/run", mode: 0o755, bytes: Array("#!/bin/sh".utf8))
            try writer.addFile("empty", mode: 0o600, bytes: [])
            try writer.addFile("large", mode: 0o644, contentsOf: source)
            try writer.addSymbolicLink("current", target: "bin/run")
            try writer.addFile("naïve 🦉", mode: 0o644, bytes: [65])
        }
        let listing = try listing(zip)
        #expect(
            listing.enumerated().filter { $0.offset != 3 }.map(\.element) == [
                "bin/ directory 750 0 ", "bin/run file 755 9 #!/bin/sh", "empty file 600 0 ",
                "current symbolicLink 777 7 bin/run", "naïve 🦉 file 644 1 A",
            ])
        #expect(listing[3].hasPrefix("large file 644 1000000"))
        #expect(zip.count < 1_000_000)
        #expect(try reader(zip).entries.allSatisfy { $0.modificationTimeSeconds == 315_532_800 })
    }

    @Test func `the same calls write the same bytes, byte for byte`() throws {
        let zip = try written { writer in
            try writer.addFile("a", mode: 0o644, bytes: Array("aaaaaaaaaa".utf8))
            try writer.addSymbolicLink("b", target: "a")
        }
        let expected: [[UInt8]] = [
            // Local header of "a": signature, version 2.0, no flags, deflated, 00:00:00, 1980-01-01.
            [0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0],
            // CRC-32, compressed size, size, length of the name, no extra field, name.
            [0xf0, 0xcd, 0x11, 0x4c, 5, 0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 0x61],
            // Deflated: two literals, one repetition, the end.
            [0x4b, 0x4c, 0x84, 0x01, 0x00],
            // Local header of "b", stored, with its content.
            [0x50, 0x4b, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0],
            [0x43, 0xbe, 0xb7, 0xe8, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0x62, 0x61],
            // Central header of "a": made by Unix, version 2.0; then as above.
            [0x50, 0x4b, 1, 2, 20, 3, 20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0],
            [0xf0, 0xcd, 0x11, 0x4c, 5, 0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0],
            // No comment, disk 0, no internal attributes, mode 0100644, offset, name.
            [0, 0, 0, 0, 0, 0, 0, 0, 0xa4, 0x81, 0, 0, 0, 0, 0x61],
            // Central header of "b": mode 0120777.
            [0x50, 0x4b, 1, 2, 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0],
            [0x43, 0xbe, 0xb7, 0xe8, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xa1, 36, 0, 0, 0, 0x62],
            // End: two entries, 94 bytes of directory at offset 68, no comment.
            [0x50, 0x4b, 5, 6, 0, 0, 0, 0, 2, 0, 2, 0, 94, 0, 0, 0, 68, 0, 0, 0, 0, 0],
        ]
        #expect(zip == expected.flatMap { $0 })
    }

    @Test func `more entries than 16 bits count are written and read`() throws {
        let zip = try written { writer in
            for number in 0..<70_000 { try writer.addDirectory("\(number)") }
        }
        #expect(try reader(zip, maximumEntryCount: 100_000).entries.count == 70_000)
        #expect(throws: ArchiveError.tooManyEntries(count: 70_000)) {
            _ = try reader(zip, maximumEntryCount: 69_999).entries.count
        }
    }

    @Test func `a name that is too long for the format is refused`() throws {
        #expect(throws: ArchiveError.self) {
            try written { try $0.addFile(String(repeating: "a", count: 70_000), mode: 0o644, bytes: []) }
        }
    }
}
