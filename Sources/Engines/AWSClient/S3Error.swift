public import HTTPClient

/// Why an object could not be read.
public enum S3Error: Error, Sendable {
    /// S3 refused.
    case refused(S3Refusal)
    /// There was no answer, or no whole answer.
    case failed(HTTPClientError)
}

/// S3's answer where it is not the object.
///
/// Source: "Error responses" in the S3 API reference,
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.
public struct S3Refusal: Hashable, Sendable {
    /// The HTTP status.
    public let status: Int
    /// S3's name of the error, such as `NoSuchKey`.
    public let code: String
    /// S3's words.
    public let message: String
    /// The bucket's region, where S3 tells it.
    public let bucketRegion: String?

    /// Reads an answer.
    init(_ head: HTTPClientResponse, body: [UInt8]) {
        status = head.status
        code = Self.element("Code", of: body) ?? Self.usualCode(of: head.status)
        message = Self.element("Message", of: body) ?? Self.usualMessage(of: code)
        bucketRegion = head.header("x-amz-bucket-region")
    }

    /// Letters of a code or a message at most: they go into the answer to somebody else.
    private static let longestText = 1_000

    /// The text of an element. The document is small and its elements are known, so that it is not parsed as a whole.
    private static func element(_ name: String, of body: [UInt8]) -> String? {
        let text = String(decoding: body, as: UTF8.self)
        guard let start = text.firstRange(of: "<\(name)>"),
            let end = text[start.upperBound...].firstRange(of: "</\(name)>")
        else { return nil }
        var content = String(text[start.upperBound..<end.lowerBound].prefix(longestText))
        for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'")] {
            content = content.replacing(entity, with: character)
        }
        // Last, because what it makes is no entity's start.
        return content.replacing("&amp;", with: "&")
    }

    /// S3 sends no document with some statuses, and emulators with fewer.
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
