internal import AWSClient
internal import Domain
internal import HTTPClient
internal import ServiceKit

extension ServiceError {
    /// Lambda's error for a refusal of S3.
    ///
    /// Source: answers of Lambda itself, and "Troubleshoot deployment issues in Lambda",
    /// <https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html>.
    init(_ refusal: S3Refusal, of object: S3Object) {
        let code = "S3 Error Code: \(refusal.code). S3 Error Message: "
        switch refusal.code {
        case "AccessDenied":
            self.init(
                .accessDenied,
                "Your access has been denied by S3, please make sure your request credentials have permission to "
                    + "GetObject for \(object.bucket)/\(object.key). \(code)\(refusal.message)")
        case "PermanentRedirect":
            let region = refusal.bucketRegion ?? "null"
            self = .invalidParameter(
                "Error occurred while GetObject. \(code)The bucket is in this region: \(region). "
                    + "Please use this region to retry the request")
        default:
            self.init(
                refusal.status < 500 ? .invalidParameterValue : .service,
                "Error occurred while GetObject. \(code)\(refusal.message)")
        }
    }

    /// S3 did not answer. Lambda has no message for it, because its S3 is always available.
    init(_ failure: HTTPClientError, of object: S3Object, at endpoint: EndpointURL) {
        let name = "\(object.bucket)/\(object.key)"
        switch failure.kind {
        case .tooLarge:
            self = .invalidParameter("Unzipped size must be smaller than \(LambdaLimits.unzippedBytes) bytes")
        case .unreachable:
            self.init(
                .service,
                "S3 cannot be reached at \(endpoint): \(failure). Is it running? The address is that of --s3-endpoint "
                    + "or AWS_ENDPOINT_URL_S3 where the server was started.", cause: failure)
        case .timedOut:
            self.init(.service, "S3 at \(endpoint) did not send \(name) in time: \(failure)", cause: failure)
        case .tlsFailed:
            self.init(
                .service,
                "S3 at \(endpoint) is not trusted: \(failure). AWS_CA_BUNDLE in the server's environment may name a "
                    + "file of authorities.", cause: failure)
        case .receiverFailed:
            self.init(.service, "The package could not be stored: \(failure)", cause: failure.cause)
        case .cancelled:
            self.init(.service, "The server stops, and \(name) was not read.", cause: failure)
        default:
            self.init(.service, "S3 at \(endpoint) did not send \(name): \(failure)", cause: failure)
        }
    }
}
