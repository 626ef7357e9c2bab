import AWSProtocol
import LambdaModel
import ServiceKit
import Testing

@testable import AWSClient
@testable import HTTPClient
@testable import LambdaService

/// Where packages come from, and what is said where they do not come.
@Suite struct PackageLocationTests {
    private let object = S3Object(bucket: "bucket", key: "some/key.zip")

    @Test func `a package is in the request or in S3`() throws {
        guard case .zip([1]) = try PackageLocation(Lambda.FunctionCode(zipFile: [1])) else {
            throw ServiceError(.service, "not the zip")
        }
        let content = Lambda.LayerVersionContentInput(
            s3Bucket: "bucket", s3Key: "some/key.zip", s3ObjectVersion: "1", s3ObjectStorageMode: .copy)
        guard case .s3(let found) = try PackageLocation(content) else { throw ServiceError(.service, "not in S3") }
        #expect(found == S3Object(bucket: "bucket", key: "some/key.zip", version: "1"))
    }

    @Test(arguments: [
        Lambda.FunctionCode(), .init(s3Key: "k"), .init(s3Bucket: "bucket"), .init(s3ObjectVersion: "1"),
        .init(zipFile: [1], s3Bucket: "bucket", s3Key: "k"), .init(zipFile: [1], s3ObjectVersion: "1"),
    ])
    func `anything else is refused`(code: Lambda.FunctionCode) {
        let error = #expect(throws: ServiceError.self) { try PackageLocation(code) }
        #expect(error?.shape == .invalidParameterValue)
    }

    @Test func `a package that AWS would leave in S3 is refused, not copied in silence`() {
        let code = Lambda.FunctionCode(s3Bucket: "bucket", s3Key: "k", s3ObjectStorageMode: .reference)
        let error = #expect(throws: ServiceError.self) { try PackageLocation(code) }
        #expect(error?.shape == .notImplemented)
    }

    @Test func `every failure of the network is this server's own but one, and names the place`() throws {
        let endpoint = try #require(EndpointURL("http://127.0.0.1:9000"))
        for kind in HTTPClientError.Kind.allCases {
            let error = ServiceError(HTTPClientError(kind, "a phrase"), of: object, at: endpoint)
            #expect(error.shape == (kind == .tooLarge ? .invalidParameterValue : .service))
            let namesPlace = error.message.contains("127.0.0.1:9000") || error.message.contains("some/key.zip")
            #expect(namesPlace || [.tooLarge, .receiverFailed].contains(kind))
        }
    }

    @Test(arguments: [
        (403, "AccessDenied", ErrorShape.accessDenied), (404, "NoSuchKey", .invalidParameterValue),
        (404, "NoSuchBucket", .invalidParameterValue), (301, "PermanentRedirect", .invalidParameterValue),
        (403, "InvalidAccessKeyId", .invalidParameterValue), (500, "InternalError", .service),
        (503, "SlowDown", .service),
    ])
    func `S3's refusals carry its code`(status: Int, code: String, kind: ErrorShape) {
        var head = HTTPClientResponse()
        head.take(line: "HTTP/1.1 \(status) No")
        let refusal = S3Refusal(head, body: Array("<Error><Code>\(code)</Code></Error>".utf8))
        let error = ServiceError(refusal, of: object)
        #expect(error.shape == kind)
        #expect(error.message.contains("S3 Error Code: \(code). S3 Error Message: "))
    }
}
