internal import AWSProtocol
internal import Digest

/// Where the zip of a function or layer is.
public enum PackageContent: Sendable {
    /// In the call.
    case zip([UInt8])
    /// In S3.
    case object(bucket: String, key: String)

    /// The members of a call.
    var members: [String: AWSValue] {
        switch self {
        case .zip(let bytes): ["ZipFile": .string(Base64.encode(bytes))]
        case .object(let bucket, let key): ["S3Bucket": .string(bucket), "S3Key": .string(key)]
        }
    }
}
