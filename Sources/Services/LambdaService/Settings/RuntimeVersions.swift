internal import Digest
internal import Domain
internal import LambdaModel

/// Versions of runtimes. AWS publishes new ones every few weeks; Strata has one of each runtime: the host's
/// interpreter.
enum RuntimeVersions {
    /// The ARN of a runtime's only version. It is the same on every server.
    static func arn(of runtime: Lambda.Runtime, region: Region) -> String {
        let digest = SHA256Digest(hashing: Array("strata runtime \(runtime.rawValue)".utf8))
        return "arn:\(region.partition):lambda:\(region)::runtime:\(digest.hex)"
    }
}
