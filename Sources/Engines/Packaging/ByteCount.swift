/// Byte counts for people, in the units that AWS uses: 1 MB is 1 048 576 bytes.
public enum ByteCount {
    /// `317 bytes`, `6.1 KB`, `13.4 MB`.
    public static func text(_ count: Int) -> String {
        if count < 1024 { return "\(count) bytes" }
        let isSmall = count < 1 << 20
        let tenths = (count * 10 + (isSmall ? 512 : 1 << 19)) / (isSmall ? 1024 : 1 << 20)
        return "\(tenths / 10).\(tenths % 10) \(isSmall ? "KB" : "MB")"
    }
}
