import Archive
import Digest
import Glibc
import LinuxSystem
import SeededRandom
import Testing
import ZipForge

@testable import LayerStore

/// Random and mutated zips: never a trap, never a file outside the tree, never anything left after a refusal.
@Suite struct IngestFuzzTests {
    private static let seeds: [UInt64] = [1, 2, .random(in: .min ... .max)]

    @Test(arguments: seeds)
    func `zips of random names, links and kinds stay inside or are refused`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let fixture = try StoreFixture()
        var (taken, refused) = (0, 0)
        for _ in 0..<250 {
            let entries = (0..<Int.random(in: 1...6, using: &generator)).map { _ in Self.entry(using: &generator) }
            try Self.ingest(ForgedZip(entries).bytes, fixture, seed, &taken, &refused)
        }
        // A fuzzer that only ever sees one side tests nothing.
        #expect(taken > 20 && refused > 20, "seed \(seed): \(taken) taken, \(refused) refused")
        #expect(try StoreFixture.names(in: fixture.path).allSatisfy { $0.hasPrefix("store") }, "seed \(seed)")
    }

    @Test(arguments: seeds)
    func `mutated zips are stored completely or refused`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let fixture = try StoreFixture()
        let sample = ForgedZip(
            .init("d/", unixMode: 0o040755), .init("d/file", content: "some content"), .link("d/link", to: "file"),
            ForgedZip.Entry("packed", content: "aaaaaaaaaa").with(\.method, 8)
                .with(\.stored, [0x4b, 0x4c, 0x84, 0x01, 0x00])
        ).bytes
        var (taken, refused) = (0, 0)
        for _ in 0..<400 {
            var zip = sample
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: zip.indices, using: &generator)
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: zip.removeLast(Int.random(in: 0...min(40, zip.count - 1), using: &generator))
                case 1: zip.insert(.random(in: 0...255, using: &generator), at: index)
                case 2: zip[index] = UInt8(ascii: "/")
                case 3: zip[index] = UInt8(ascii: ".")
                default: zip[index] = .random(in: 0...255, using: &generator)
                }
            }
            try Self.ingest(zip, fixture, seed, &taken, &refused)
        }
        #expect(refused > 100, "seed \(seed)")
    }

    @Test(arguments: seeds)
    func `zips of our own writer unpack to exactly their entries`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let fixture = try StoreFixture()
        for round in 0..<12 {
            var expected: [String: Found] = [:]
            let path = "\(fixture.path)/\(round).zip"
            var writer = ZipWriter(try FileDescriptor.open(FilePath(path), [.write, .create]))
            for number in 0..<Int.random(in: 1...20, using: &generator) {
                let directory = "d\(Int.random(in: 0..<4, using: &generator))"
                let mode = UInt32.random(in: 1...0o777, using: &generator)
                let name = "\(directory)/é\(number)"
                expected[directory] = expected[directory] ?? .directory(mode: 0o755)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0:
                    try writer.addSymbolicLink(name, target: "../d0")
                    expected[name] = .link("../d0")
                case 1:
                    try writer.addDirectory(name, mode: mode)
                    expected[name] = .directory(mode: mode | 0o700)
                default:
                    let count = [0, 1, 100, 300_000].randomElement(using: &generator) ?? 0
                    let content = [UInt8](repeating: UInt8(number), count: count)
                    try writer.addFile(name, mode: mode, bytes: content)
                    expected[name] = .file(mode: mode | 0o400, content: content)
                }
            }
            try writer.finish()
            let package = try fixture.store.ingest(file: path)
            #expect(try Found.tree(fixture.store.treePath(of: package.digest)) == expected, "seed \(seed)")
            try fixture.store.verify(package.digest)
        }
    }

    /// Ingests a zip and checks the invariants that a hostile one would break. Scanning the whole store is slow, so
    /// only every 16th zip gets an empty store and a scan.
    private static func ingest(
        _ zip: [UInt8], _ fixture: StoreFixture, _ seed: UInt64, _ taken: inout Int, _ refused: inout Int
    ) throws {
        let isLookedAfter = (taken + refused).isMultiple(of: 16)
        if isLookedAfter { _ = try fixture.store.collectGarbage { [] } }
        do {
            let digest = try fixture.store.ingest(zip).digest
            taken += 1
            let tree = fixture.store.treePath(of: digest)
            for name in try StoreFixture.names(in: tree) { try expectInside("\(tree)/\(name)", tree, seed) }
        } catch LayerStoreError.refused {
            refused += 1
            if isLookedAfter { #expect(try fixture.leftovers() == [], "seed \(seed)") }
        }
        #expect(try fixture.names(in: "ingest") == [], "seed \(seed)")
    }

    /// Asks the kernel, not the store, where a path leads.
    private static func expectInside(_ path: String, _ tree: String, _ seed: UInt64) throws {
        guard let resolved = realpath(path, nil) else {
            #expect(errno == ENOENT || errno == ELOOP || errno == ENOTDIR, "seed \(seed): \(path)")
            return
        }
        defer { free(resolved) }
        let target = String(cString: resolved)
        #expect(target == tree || target.hasPrefix(tree + "/"), "seed \(seed): \(path) leads to \(target)")
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & 0o7000 == 0, "seed \(seed)")
    }

    private static func entry(using generator: inout SeededGenerator) -> ForgedZip.Entry {
        let parts = ["a", "b", "c", "..", ".", "", "d"]
        let path = { (generator: inout SeededGenerator, ups: Int) in
            let count = Int.random(in: 1...4, using: &generator)
            // Mostly harmless, otherwise hardly any zip would be accepted.
            let limit = Int.random(in: 0..<8, using: &generator) < ups ? parts.count : 3
            return (0..<count).map { _ in parts[Int.random(in: 0..<limit, using: &generator)] }.joined(separator: "/")
        }
        let name = path(&generator, 1)
        switch Int.random(in: 0..<12, using: &generator) {
        case 0: return .init(name + "/", unixMode: 0o040755)
        case 1...5: return .link(name, to: path(&generator, 6))
        case 6: return .init(name, unixMode: .random(in: 0...0o177777, using: &generator))
        default: return .init(name, content: name)
        }
    }
}
