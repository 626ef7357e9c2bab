import Testing
import ZipForge

@testable import LayerStore

/// Zips that must be refused. After each, the store is as it was before.
@Suite struct RefusalTests {
    private static func refusal(_ zip: [UInt8], limits: TreeLimits = .aws) throws -> ZipRefusal? {
        let fixture = try StoreFixture()
        do {
            _ = try fixture.store.ingest(zip, limits: limits)
            Issue.record("the zip was taken")
            return nil
        } catch LayerStoreError.refused(let refusal) {
            #expect(try fixture.leftovers() == [])
            return refusal
        }
    }

    @Test(arguments: [
        "/etc/passwd", "../x", "a/../../x", "a/..", "..", ".", "", "/", "a\u{0}b",
        String(repeating: "n", count: 256), Array(repeating: "directory", count: 420).joined(separator: "/"),
    ])
    func `a name that is not a path in the tree is refused`(name: String) throws {
        #expect(try Self.refusal(ForgedZip(.init(name, content: "x")).bytes)?.reason == .unsafePath)
    }

    @Test(
        arguments: [
            [.link("l", to: "..")], [.link("l", to: "/etc/passwd")], [.link("l", to: "a/../../b")],
            [.link("l", to: "")],
            [.link("l", to: "a\u{0}b")], [.link("d/e/l", to: "../../../x")], [.link("l", to: "./../x")],
            // Each link stays inside as text; followed through each other they leave.
            [.init("a/b/c/", unixMode: 0o040755), .link("up", to: "a/b/.."), .link("x", to: "up/../..")],
            [
                .init("a/b/c/", unixMode: 0o040755), .link("s", to: "a/b/c"),
                .link("a/b/c/t", to: "../../../s/../../../.."),
            ],
            [
                .init("d/", unixMode: 0o040755), .link("d/self", to: "../d2"), .link("d2", to: "."),
                .link("x/y", to: "../d/self/.."),
            ],
            [.link("l", to: String(repeating: "a/", count: 2_045))],
        ] as [[ForgedZip.Entry]])
    func `a link that leaves the tree is refused`(entries: [ForgedZip.Entry]) throws {
        #expect(try Self.refusal(ForgedZip(entries).bytes)?.reason == .unsafeLink)
    }

    @Test(
        arguments: [
            [.link("d", to: "e"), .init("d/f", content: "x")], [.init("d/f", content: "x"), .link("d", to: "e")],
            [.init("f", content: "x"), .init("f/g", content: "y")],
            [.init("f/g", content: "y"), .init("f", content: "x")],
            [.init("f", content: "one"), .init("f", content: "two")],
            [.init("f", content: "one"), .init("./f", content: "four")],
            [.init("f", content: "x"), .init("f", unixMode: 0o100755, content: "x")],
            [.link("l", to: "a"), .link("l", to: "b")], [.init("l", content: "a"), .link("l", to: "a")],
            [.init("d/", unixMode: 0o040755), .init("d/", unixMode: 0o040700)],
        ] as [[ForgedZip.Entry]])
    func `two different entries of one name are refused`(entries: [ForgedZip.Entry]) throws {
        #expect(try Self.refusal(ForgedZip(entries).bytes)?.reason == .conflict)
    }

    @Test(arguments: [0o010644, 0o020644, 0o060644, 0o140755, 0o150000] as [UInt32])
    func `devices, pipes and sockets are refused`(mode: UInt32) throws {
        #expect(try Self.refusal(ForgedZip(.init("special", unixMode: mode)).bytes)?.reason == .specialFile)
    }

    @Test(arguments: [0o104755, 0o102755, 0o101755] as [UInt32])
    func `setuid, setgid and sticky bits are refused`(mode: UInt32) throws {
        #expect(try Self.refusal(ForgedZip(.init("f", unixMode: mode)).bytes)?.reason == .specialMode)
    }

    @Test func `more bytes or entries than the limits are refused, and exactly the limits are accepted`() throws {
        let zip = ForgedZip(.init("a/b/c", content: "12345"), .init("d", content: "12345")).bytes
        #expect(try Self.refusal(zip, limits: TreeLimits(unzippedBytes: 9, entryCount: 4))?.reason == .tooLarge)
        #expect(try Self.refusal(zip, limits: TreeLimits(unzippedBytes: 10, entryCount: 3))?.reason == .tooManyEntries)
        #expect(try Self.refusal(zip, limits: TreeLimits(unzippedBytes: 10, entryCount: 1))?.reason == .tooManyEntries)
        let fixture = try StoreFixture()
        #expect(try fixture.store.ingest(zip, limits: TreeLimits(unzippedBytes: 10, entryCount: 4)).entryCount == 4)
    }

    @Test func `a repeated entry counts as often as it is unpacked`() throws {
        let file = ForgedZip.Entry("f", content: "12345")
        let three = ForgedZip(file, file, file).bytes
        #expect(try Self.refusal(three, limits: TreeLimits(unzippedBytes: 14, entryCount: 9))?.reason == .tooLarge)
        let fixture = try StoreFixture()
        let package = try fixture.store.ingest(three, limits: TreeLimits(unzippedBytes: 15, entryCount: 9))
        #expect(package.unzippedBytes == 5)
    }

    @Test func `links count before their targets are read`() throws {
        // The checksum would be found wrong by reading.
        let link = ForgedZip.Entry.link("l", to: "12345").with(\.declaredChecksum, 1)
        let zip = ForgedZip(link, link).bytes
        #expect(try Self.refusal(zip, limits: TreeLimits(unzippedBytes: 4, entryCount: 9))?.reason == .tooLarge)
        #expect(try Self.refusal(zip, limits: TreeLimits(unzippedBytes: 10, entryCount: 9))?.reason == .damaged)
    }

    @Test func `a size above the limit in the headers is refused without unpacking`() throws {
        let huge = ForgedZip.Entry("f", content: "x").with(\.declaredSize, 1 << 31).with(\.method, 8)
        #expect(try Self.refusal(ForgedZip(huge).bytes)?.reason == .tooLarge)
    }

    @Test func `damage that is found only while unpacking leaves nothing`() throws {
        let good = (0..<40).map { ForgedZip.Entry("good\($0)", content: "content \($0)") }
        let bad = ForgedZip.Entry("bad", content: "x").with(\.declaredChecksum, 7)
        #expect(try Self.refusal(ForgedZip(good + [bad]).bytes)?.reason == .damaged)
        let bomb = ForgedZip.Entry("bomb", content: "aaa").with(\.method, 8).with(
            \.stored, [0x4b, 0x4c, 0x84, 0x01, 0])
        #expect(try Self.refusal(ForgedZip(good + [bomb]).bytes)?.reason == .damaged)
    }

    @Test func `what is not a whole, plain zip is refused by its kind`() throws {
        let zip = ForgedZip(.init("f", content: "x"))
        #expect(try Self.refusal([])?.reason == .notAZip)
        #expect(try Self.refusal(Array("#!/bin/sh\n".utf8))?.reason == .notAZip)
        #expect(try Self.refusal(zip.bytes.dropLast())?.reason == .notAZip)
        #expect(try Self.refusal(ForgedZip().bytes)?.reason == .empty)
        #expect(try Self.refusal(ForgedZip(zip.entries[0].with(\.flags, 1)).bytes)?.reason == .encrypted)
        #expect(try Self.refusal(ForgedZip(zip.entries[0].with(\.method, 12)).bytes)?.reason == .unsupported)
    }

    private static func refusal(_ zip: ArraySlice<UInt8>) throws -> ZipRefusal? { try refusal(Array(zip)) }
}
