/// Limits of an unpacked zip.
public struct TreeLimits: Hashable, Sendable {
    /// All entries together, in bytes: also those that repeat a name, whose content is unpacked to compare it.
    public let unzippedBytes: Int
    /// Files, links and directories, including those that are only implied by a path.
    public let entryCount: Int

    /// Sets limits.
    public init(unzippedBytes: Int, entryCount: Int) {
        self.unzippedBytes = unzippedBytes
        self.entryCount = entryCount
    }

    /// 262 144 000 bytes, as AWS allows (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>),
    /// and 200 000 entries, which AWS does not limit by name.
    public static let aws = TreeLimits(unzippedBytes: 262_144_000, entryCount: 200_000)
}
