import Digest
import LinuxSystem
import Testing

@testable import Packaging

@Suite struct BuildCacheTests {
    private func name(_ number: Int) -> String {
        let digits = BuildCache.key("\(number)").hex
        return "cache/\(digits.prefix(2))/\(digits)"
    }

    @Test func `what was kept is found again, and nothing else`() throws {
        let folder = try TemporaryFolder()
        let cache = BuildCache(folder: folder.path + "/cache")
        #expect(cache.content(BuildCache.key("1")) == nil)
        cache.keep([1, 2, 3], as: BuildCache.key("1"))
        cache.keep([], as: BuildCache.key("2"))
        #expect(cache.content(BuildCache.key("1")) == [1, 2, 3])
        #expect(cache.content(BuildCache.key("2")) == [])
        #expect(cache.content(BuildCache.key("1", "2")) == nil)
    }

    @Test func `a damaged or truncated file is not used`() throws {
        let folder = try TemporaryFolder()
        let cache = BuildCache(folder: folder.path + "/cache")
        cache.keep([1, 2, 3], as: BuildCache.key("1"))
        let path = "\(folder.path)/\(name(1))"
        let good = try WholeFile.content(path)
        for damaged in [Array(good.dropLast()), [9] + good.dropFirst(), []] {
            try HostFile.write(damaged, to: path)
            #expect(cache.content(BuildCache.key("1")) == nil)
        }
    }

    @Test func `a folder that cannot be made is no error`() {
        let cache = BuildCache(folder: "/dev/null/cache")
        cache.keep([1], as: BuildCache.key("1"))
        cache.trim()
        #expect(cache.content(BuildCache.key("1")) == nil)
    }

    @Test func `as many files go as it takes to have room`() throws {
        let folder = try TemporaryFolder()
        let cache = BuildCache(folder: folder.path + "/cache")
        for number in 0..<10 { cache.keep(Array(repeating: 7, count: 68), as: BuildCache.key("\(number)")) }
        cache.trim(to: 450)
        #expect((0..<10).count { cache.content(BuildCache.key("\($0)")) != nil } == 4)
    }
}
