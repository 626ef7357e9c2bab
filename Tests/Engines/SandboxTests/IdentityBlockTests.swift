import Glibc
import LinuxSystem
import Testing

@testable import Sandbox

@Suite struct IdentityBlockTests {
    private static let all = "         0          0 4294967295\n"
    /// Of a container whose root is another user's.
    private static let container = "         0       1000          1\n         1     100000      65536\n"
    private let folder = "/tmp/strata-uids-\(UInt64.random(in: .min ... .max))"

    private func take(_ map: String = all, chance: Int = 0) -> IdentityBlock? {
        IdentityBlock.take(folders: [folder], maps: [map, map], chance: chance)
    }

    @Test func `two servers have no uid in common, and a block is free again when its server has ended`() throws {
        defer { SandboxFixture.removeTree(folder) }
        let first = try #require(take())
        let begin = first.first
        do {
            let second = try #require(take())
            #expect(second.first >= begin + IdentityBlock.count)
            withExtendedLifetime(second) {}
        }
        let third = try #require(take())
        #expect(third.first >= begin + IdentityBlock.count)
        withExtendedLifetime((first, third)) {}
    }

    @Test func `the block of a server that has ended is taken again`() throws {
        defer { SandboxFixture.removeTree(folder) }
        let begin = try #require(take()).first
        #expect(take()?.first == begin)
    }

    @Test func `in a user namespace, uids are taken that it has`() {
        defer { SandboxFixture.removeTree(folder) }
        #expect(take("0 100000 65536\n")?.first == 10_000)
        #expect(take("0 1000 1\n") == nil)
        #expect(take("") == nil)
    }

    @Test func `servers of one ordinary user have no uid in common`() throws {
        defer { SandboxFixture.removeTree(folder) }
        var blocks: [IdentityBlock] = []
        for number in 0..<8 {
            let block = try #require(take(Self.container))
            #expect(block.first == 1 + UInt32(number) * 8_192)
            #expect(block.first + block.count <= 1 + UInt32(number + 1) * 8_192)
            blocks.append(block)
        }
        #expect(IdentityBlock.namespaceOwner(Self.container) == 1000)
        #expect(IdentityBlock.namespaceOwner(Self.all) == nil)
        #expect(IdentityBlock.namespaceOwner("0 1000 1\n") == nil)
        withExtendedLifetime(blocks) {}
    }

    @Test func `where others can write to the folder, a block is taken by chance`() throws {
        #expect(mkdir(folder, 0o777) == 0 && chmod(folder, 0o777) == 0)
        defer { SandboxFixture.removeTree(folder) }
        let first = try #require(take())
        #expect(take()?.first == first.first)
        #expect(take(chance: 7)?.first != first.first)
        #expect(DirectoryListing.names(folder) == [])
    }
}
