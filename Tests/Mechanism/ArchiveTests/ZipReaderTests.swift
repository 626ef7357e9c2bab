import SeededRandom
import Testing
import ZipForge

@testable import Archive

@Suite struct ZipReaderTests {
    @Test func `an empty zip has no entries`() throws {
        #expect(try listing(ForgedZip().bytes) == [])
    }

    @Test func `modes and kinds are read from any host's attributes`() throws {
        let zip = ForgedZip(
            .init("unix", unixMode: 0o100755), .init("bits only", unixMode: 0o711), .init("none", unixMode: 0),
            .init("none/", unixMode: 0), .init("dos", unixMode: 0).with(\.dosAttributes, 0x10),
            .init("fifo", unixMode: 0o010644), .init("setuid", unixMode: 0o104755), .init("maven/", unixMode: 0o177777),
            .init("odd", unixMode: 0o177777)
        )
        #expect(
            try listing(zip.bytes) == [
                "unix file 755 0 ", "bits only file 711 0 ", "none file none 0 ", "none/ directory none 0 ",
                "dos directory none 0 ", "fifo special(4096) 644 0 ", "setuid file 4755 0 ",
                "maven/ directory 7777 0 ", "odd special(61440) 7777 0 ",
            ])
    }

    @Test func `names are read byte for byte, in any encoding`() throws {
        let decomposed = Array("cafe\u{301}".utf8)
        let zip = ForgedZip(
            .init([0x63, 0x61, 0x66, 0xe9]), .init(decomposed), .init(decomposed + [0x32]).with(\.flags, 1 << 11))
        #expect(try reader(zip.bytes).entries.map(\.path) == zip.entries.map(\.name))
    }

    @Test func `times are read from both fields`() throws {
        let universal: [UInt8] = [0x55, 0x54, 5, 0, 1, 0x15, 0xcd, 0x5b, 0x07]
        let zip = ForgedZip(
            // 2024-02-29 23:59:58, interpreted as UTC.
            ForgedZip.Entry("dos").with(\.date, (2024 - 1980) << 9 | 2 << 5 | 29).with(\.time, 23 << 11 | 59 << 5 | 29),
            ForgedZip.Entry("unix").with(\.extra, universal), ForgedZip.Entry("zero").with(\.date, 0))
        #expect(
            try reader(zip.bytes).entries.map(\.modificationTimeSeconds) == [1_709_251_198, 123_456_789, 312_768_000])
    }

    private static let honest = ForgedZip.Entry("name", content: "content")

    @Test(arguments: [
        honest.with(\.declaredSize, 6), honest.with(\.declaredSize, 8), honest.with(\.declaredStoredSize, 6),
        honest.with(\.declaredChecksum, 1), honest.with(\.localName, Array("other".utf8)),
        honest.with(\.declaredOffset, 1),
        honest.with(\.declaredOffset, 1 << 30), honest.with(\.method, 8),
        honest.with(\.flags, 1 << 11).with(\.name, [0xff]),
        honest.with(\.method, 8).with(\.stored, [0x4b, 0x4c, 0x84, 0x01]),
        honest.with(\.method, 8).with(\.stored, [0x4b, 0x4c, 0x84, 0x01, 0x00, 0x00]),
        honest.with(\.declaredSize, 0xffff_ffff),
    ])
    func `an entry that contradicts itself is damaged`(entry: ForgedZip.Entry) {
        let error = #expect(throws: ArchiveError.self) { try listing(ForgedZip(entry).bytes) }
        guard case .damaged = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `content is never longer than declared`() throws {
        // 10 bytes that are declared as 3.
        let bomb = ForgedZip.Entry("bomb", content: "aaa").with(\.method, 8).with(
            \.stored, [0x4b, 0x4c, 0x84, 0x01, 0x00])
        let reader = try reader(ForgedZip(bomb).bytes)
        var received = 0
        #expect(throws: ArchiveError.self) {
            try reader.unpack(0, using: ZipBuffers()) { piece in received += piece.count }
        }
        #expect(received == 0)
    }

    @Test(arguments: [0, 6, 13] as [UInt16])
    func `an encrypted entry is refused by name`(bit: UInt16) {
        #expect(throws: ArchiveError.encrypted(path: "name")) {
            _ = try reader(ForgedZip(Self.honest.with(\.flags, 1 << bit)).bytes).entries.count
        }
    }

    @Test func `methods other than stored and deflated are refused`() {
        let error = #expect(throws: ArchiveError.self) { try listing(ForgedZip(Self.honest.with(\.method, 14)).bytes) }
        #expect(error == .unsupported("compression method 14", path: "name"))
    }

    @Test func `two entries cannot share bytes`() throws {
        let zip = ForgedZip(Self.honest, Self.honest.with(\.declaredOffset, 0))
        let error = #expect(throws: ArchiveError.self) { try listing(zip.bytes) }
        #expect(error == .damaged("the content overlaps another entry or the directory", path: "name"))
    }

    @Test func `bytes before the zip or after it are refused`() throws {
        var zip = ForgedZip(Self.honest)
        #expect(throws: ArchiveError.notAZip) { try listing(zip.bytes + [0]) }
        zip.prefix = Array("#!/usr/bin/env python\n".utf8)
        #expect(throws: ArchiveError.self) { try listing(zip.bytes) }
        zip.prefix = []
        zip.comment = Array("a comment with PK\u{5}\u{6} in it".utf8)
        #expect(try listing(zip.bytes).count == 1)
    }

    @Test func `bytes after the end of a compressed stream are refused`() throws {
        // Ten times "a", as a stream that ends.
        let stream: [UInt8] = [0x4b, 0x4c, 0x84, 0x01, 0x00]
        let packed = ForgedZip.Entry("name", content: "aaaaaaaaaa").with(\.method, 8)
        #expect(try listing(ForgedZip(packed.with(\.stored, stream)).bytes).count == 1)
        for junk in [[0], [UInt8](repeating: 0x55, count: 70_000), stream] {
            let error = #expect(throws: ArchiveError.self) {
                try listing(ForgedZip(packed.with(\.stored, stream + junk)).bytes)
            }
            guard case .damaged = error else {
                Issue.record("\(junk.count) bytes: \(String(describing: error))")
                continue
            }
        }
    }

    @Test func `a zip that is a part of several is refused, whichever number says so`() throws {
        var zip = ForgedZip(Self.honest)
        for disks in [[1, 1], [0, 1], [1, 0], [0xffff, 0xffff]] as [[UInt16]] {
            zip.declaredDisks = disks
            #expect(throws: ArchiveError.severalParts, "\(disks)") { try listing(zip.bytes) }
        }
        for disk in [1, 0xffff] as [UInt16] {
            let entry = Self.honest.with(\.declaredDisk, disk)
            #expect(throws: ArchiveError.severalParts, "\(disk)") { try listing(ForgedZip(entry).bytes) }
        }
    }

    @Test func `a zip that is cut off anywhere is refused`() throws {
        let zip = ForgedZip(Self.honest, .init("second", content: "more")).bytes
        for count in 0..<zip.count {
            #expect(throws: ArchiveError.self) { try listing(Array(zip.prefix(count))) }
        }
    }

    @Test func `a count that does not fit the directory is refused`() throws {
        for count in [0, 2, 65_534] {
            var zip = ForgedZip(Self.honest)
            zip.declaredCount = count
            #expect(throws: ArchiveError.self) { try listing(zip.bytes) }
        }
    }

    @Test(arguments: [1, 2, .random(in: .min ... .max)] as [UInt64])
    func `mutated zips never trap`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let sample = try written { writer in
            try writer.addDirectory("d")
            try writer.addFile("d/f", mode: 0o644, bytes: [UInt8](repeating: 7, count: 300))
            try writer.addSymbolicLink("l", target: "d/f")
        }
        for _ in 0..<2_000 {
            var zip = sample
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                zip[Int.random(in: zip.indices, using: &generator)] =
                    [0, 1, 0x7f, 0x80, 0xff, .random(in: 0...255)][
                        Int.random(in: 0..<6, using: &generator)]
            }
            do {
                _ = try listing(zip)
            } catch {
                #expect(error is ArchiveError, "seed \(seed): \(error)")
            }
        }
    }
}
