/// Bytes as an element of a list or an entry of a map. A member that is bytes is an array of them.
public struct Blob: AWSShape, Hashable {
    /// The bytes.
    public var bytes: [UInt8]

    /// Takes bytes.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Converts bytes; `nil` for another kind.
    public init?(awsValue: AWSValue) {
        guard case .blob(let bytes) = awsValue else { return nil }
        self.bytes = bytes
    }

    /// The bytes.
    public var awsValue: AWSValue { .blob(bytes) }
}
