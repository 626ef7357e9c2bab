internal import AWSProtocol
internal import SignatureV4

extension SignatureFault {
    /// The fault as services of a protocol report it: each has its own names and statuses.
    func error(in format: ServiceModel.WireFormat) -> AWSError {
        switch format {
        case .restJSON: AWSError(jsonName, status: 403, message: message)
        case .json, .cbor: AWSError(jsonName, status: 400, message: message)
        case .query: AWSError(queryName, status: queryStatus, message: queryMessage)
        case .ec2: AWSError(computeName.name, status: computeName.status, message: message)
        case .restXML(_, let wrapsErrors):
            wrapsErrors
                ? AWSError(queryName, status: queryStatus, message: message)
                : AWSError(objectName.name, status: objectName.status, message: objectMessage)
        }
    }

    /// Source: "List of error codes" in the S3 API reference.
    private var objectName: (name: String, status: Int) {
        switch kind {
        case .missingToken: ("AccessDenied", 403)
        case .incomplete: ("AuthorizationHeaderMalformed", 400)
        case .mismatch: ("SignatureDoesNotMatch", 403)
        case .otherBody: ("XAmzContentSHA256Mismatch", 400)
        case .malformedBody: ("IncompleteBody", 400)
        case .unknownKey: ("InvalidAccessKeyId", 403)
        case .expiredToken: ("ExpiredToken", 400)
        }
    }

    private var objectMessage: String {
        kind == .otherBody
            ? "The provided 'x-amz-content-sha256' header does not match what was computed." : message
    }

    /// Source: "Common client error codes" in the EC2 API reference.
    private var computeName: (name: String, status: Int) {
        switch kind {
        case .missingToken: ("MissingAuthenticationToken", 403)
        case .incomplete, .malformedBody: ("IncompleteSignature", 400)
        case .mismatch, .otherBody, .unknownKey: ("AuthFailure", 401)
        case .expiredToken: ("RequestExpired", 400)
        }
    }

    /// Source: "Common errors" in the Lambda API reference.
    private var jsonName: String {
        switch kind {
        case .missingToken: "MissingAuthenticationTokenException"
        case .incomplete, .malformedBody: "IncompleteSignatureException"
        case .mismatch, .otherBody: "InvalidSignatureException"
        case .unknownKey: "UnrecognizedClientException"
        case .expiredToken: "ExpiredTokenException"
        }
    }

    /// Source: "Common errors" in the IAM and STS API references.
    private var queryName: String {
        switch kind {
        case .missingToken: "MissingAuthenticationToken"
        case .incomplete, .malformedBody: "IncompleteSignature"
        case .mismatch, .otherBody: "SignatureDoesNotMatch"
        case .unknownKey: "InvalidClientTokenId"
        case .expiredToken: "ExpiredToken"
        }
    }

    private var queryStatus: Int {
        switch kind {
        case .incomplete, .malformedBody: 400
        case .missingToken, .mismatch, .otherBody, .unknownKey, .expiredToken: 403
        }
    }

    private var queryMessage: String {
        kind == .missingToken ? "Request is missing Authentication Token" : message
    }
}
