public import HTTPClient

/// Why an object could not be read.
public enum S3Error: Error, Sendable, CustomStringConvertible {
    /// S3 answered with an error.
    case refused(S3Refusal)
    /// There was no response, or an incomplete one.
    case failed(HTTPClientError)

    /// What S3 said, or why there was no answer.
    public var description: String {
        switch self {
        case .refused(let refusal): "\(refusal.code): \(refusal.message)"
        case .failed(let error): error.description
        }
    }
}

/// An error response of S3.
///
/// Source: "Error responses" in the S3 API reference,
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.
public struct S3Refusal: Hashable, Sendable {
    /// The HTTP status.
    public let status: Int
    /// S3's name of the error, such as `NoSuchKey`.
    public let code: String
    /// S3's message.
    public let message: String
    /// The bucket's region, when S3 names it.
    public let bucketRegion: String?

    /// Parses a response.
    init(_ head: HTTPClientResponse, body: [UInt8]) {
        status = head.status
        code = XMLText.element("Code", of: body) ?? Self.usualCode(of: head.status)
        let text = XMLText.element("Message", of: body) ?? Self.usualMessage(of: code)
        message = String(text.prefix(Self.longestText))
        bucketRegion = head.header("x-amz-bucket-region")
    }

    /// Characters of a message at most, because they go into responses to other clients.
    private static let longestText = 1_000

    /// The code where there is no document: S3 sends none with some statuses, emulators with more of them.
    private static func usualCode(of status: Int) -> String {
        switch status {
        case 301: "PermanentRedirect"
        case 307: "TemporaryRedirect"
        case 401, 403: "AccessDenied"
        case 404: "NoSuchKey"
        case 503: "SlowDown"
        default: "HTTP \(status)"
        }
    }

    private static func usualMessage(of code: String) -> String {
        switch code {
        case "AccessDenied": "Access Denied"
        case "NoSuchBucket": "The specified bucket does not exist"
        case "NoSuchKey": "The specified key does not exist."
        default: "S3 gave no reason"
        }
    }
}
