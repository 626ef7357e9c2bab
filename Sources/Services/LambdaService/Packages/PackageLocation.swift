internal import AWSClient
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The location of a package: in the request itself, or in S3.
enum PackageLocation {
    case zip([UInt8])
    case s3(S3Object)

    /// The code of a new function.
    init(_ code: Lambda.FunctionCode) throws(ServiceError) {
        try self.init(
            zip: code.zipFile, code.s3Bucket, code.s3Key, code.s3ObjectVersion, code.s3ObjectStorageMode,
            "CreateFunction")
    }

    /// The new code of a function.
    init(_ request: Lambda.UpdateFunctionCodeRequest) throws(ServiceError) {
        try self.init(
            zip: request.zipFile, request.s3Bucket, request.s3Key, request.s3ObjectVersion,
            request.s3ObjectStorageMode, "UpdateFunctionCode")
    }

    /// The content of a layer version.
    init(_ content: Lambda.LayerVersionContentInput) throws(ServiceError) {
        try self.init(
            zip: content.zipFile, content.s3Bucket, content.s3Key, content.s3ObjectVersion,
            content.s3ObjectStorageMode, "PublishLayerVersion")
    }

    private init(
        zip: [UInt8]?, _ bucket: String?, _ key: String?, _ version: String?, _ mode: Lambda.S3ObjectStorageMode?,
        _ operation: String
    ) throws(ServiceError) {
        if let zip {
            guard bucket == nil, key == nil, version == nil else {
                throw .invalidParameter(
                    "Please do not provide other FunctionCode parameters when providing a ZipFile.")
            }
            // The limit of a zip is a little lower than that of a request; the message is the request's.
            guard zip.count <= LambdaLimits.zippedUploadBytes else {
                throw ServiceError(
                    .requestTooLarge,
                    "Request must be smaller than \(LambdaLimits.requestBytes) bytes for the \(operation) operation")
            }
            self = .zip(zip)
            return
        }
        guard bucket != nil || key != nil || version != nil else {
            throw .invalidParameter("Please provide a source for function code.")
        }
        guard let bucket, let key else {
            // The first sentence is Lambda's own.
            throw .invalidParameter(
                "Please provide a source for function code. (S3Bucket and S3Key belong together.)")
        }
        guard mode != .reference else {
            throw ServiceError(
                .notImplemented, "Strata copies packages from S3. Leave S3ObjectStorageMode out, or COPY.")
        }
        self = .s3(S3Object(bucket: bucket, key: key, version: version))
    }
}
