/// An object in S3, by name.
public struct S3Object: Hashable, Sendable {
    /// The bucket.
    public var bucket: String
    /// The key: any characters.
    public var key: String
    /// The version; `nil` for the latest.
    public var version: String?

    /// Names an object.
    public init(bucket: String, key: String, version: String? = nil) {
        self.bucket = bucket
        self.key = key
        self.version = version
    }
}
