import Digest
import Glibc
import LinuxSystem
import Synchronization
import Testing
import ZipForge

@testable import LayerStore

/// An error, and a crash, at every step of an ingest.
@Suite struct CrashTests {
    private static let zip = ForgedZip(
        .init("lib/a", content: "a"), .init("lib/b", unixMode: 0o100755, content: "b"), .link("l", to: "lib/a")
    ).bytes
    private static let older = ForgedZip(.init("a", content: "a"), .init("old", content: "old")).bytes

    @Test(arguments: IngestStep.allCases)
    func `an error at any step leaves nothing behind, and the next ingest succeeds`(step: IngestStep) throws {
        let isFailing = Mutex(false)
        let fixture = try StoreFixture { reached throws(SystemCallError) in
            if reached == step, isFailing.withLock({ $0 }) { throw SystemCallError("write", errno: ENOSPC) }
        }
        _ = try fixture.store.ingest(Self.older)
        let before = try fixture.leftovers()
        isFailing.withLock { $0 = true }
        #expect(throws: LayerStoreError.system(SystemCallError("write", errno: ENOSPC))) {
            try fixture.store.ingest(Self.zip)
        }
        #expect(try fixture.leftovers() == before)
        isFailing.withLock { $0 = false }
        try fixture.store.verify(try fixture.store.ingest(Self.zip).digest)
    }

    @Test(arguments: IngestStep.allCases)
    func `a crash at any step loses nothing, and only leaves what the collector finds`(step: IngestStep) throws {
        let snapshot = try StoreFixture.makeTemporaryFolder() + "/copy"
        let isWatching = Mutex(false)
        let path = Mutex("")
        let fixture = try StoreFixture { reached throws(SystemCallError) in
            guard reached == step, isWatching.withLock({ $0 }) else { return }
            // The state that kill -9 would leave at this step.
            try copyTree(path.withLock { $0 }, to: snapshot)
        }
        defer { StoreFixture.remove(String(snapshot.dropLast(5))) }
        path.withLock { $0 = fixture.path + "/store" }
        let acknowledged = try fixture.store.ingest(Self.older).digest
        isWatching.withLock { $0 = true }
        let interrupted = try fixture.store.ingest(Self.zip).digest

        let store = try LayerStore(root: snapshot)
        #expect(try StoreFixture.names(in: snapshot + "/ingest") == [])
        try store.verify(acknowledged)
        _ = try store.collectGarbage { [acknowledged] }
        try store.verify(acknowledged)
        #expect(throws: LayerStoreError.notFound(interrupted)) { try store.verify(interrupted) }
        let objects = try StoreFixture.names(in: snapshot + "/objects").filter { $0.contains("/") }
        #expect(objects.count == 2)
        #expect(try store.ingest(Self.zip).digest == interrupted)
        try store.verify(interrupted)
    }
}

/// Copies a store with its hard links, as a disk would be found after a crash.
private func copyTree(_ from: String, to target: String) throws(SystemCallError) {
    var copies: [UInt64: FilePath] = [:]
    let here = try FileDescriptor.open("/", [.read, .directory])
    try here.ensureDirectory(at: FilePath(target))
    try copy(FilePath(from), to: FilePath(target), &copies)
}

private func copy(_ from: FilePath, to target: FilePath, _ copies: inout [UInt64: FilePath]) throws(SystemCallError) {
    let source = try FileDescriptor.open(from, [.read, .directory])
    let destination = try FileDescriptor.open(target, [.read, .directory])
    for name in try source.entryNames() {
        let status = try source.status(at: name)
        switch status.kind {
        case .directory:
            try destination.makeDirectory(at: name)
            try copy(from.appending(name), to: target.appending(name), &copies)
            try destination.open(at: name, [.read, .directory]).setMode(status.mode)
        case .symbolicLink:
            try destination.makeSymbolicLink(at: name, target: source.target(ofSymbolicLinkAt: name))
        default:
            if let copied = copies[status.inode] {
                try FileDescriptor.open("/", [.read, .directory]).link(at: copied, to: destination, name)
                continue
            }
            let file = try destination.open(at: name, [.write, .create])
            try file.write(all: source.open(at: name, .read).bytes(count: status.size, at: 0))
            try file.setMode(status.mode)
            try file.setTimes(seconds: status.modificationTimeSeconds)
            copies[status.inode] = target.appending(name)
        }
    }
}
