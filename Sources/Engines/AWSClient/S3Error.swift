public import HTTPClient

/// Why an object could not be read.
public enum S3Error: Error, Sendable {
    /// S3 answered with an error.
    case refused(S3Refusal)
    /// There was no response, or an incomplete one.
    case failed(HTTPClientError)
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
        code = Self.element("Code", of: body) ?? Self.usualCode(of: head.status)
        message = Self.element("Message", of: body) ?? Self.usualMessage(of: code)
        bucketRegion = head.header("x-amz-bucket-region")
    }

    /// Characters of a code or a message at most, because they go into responses to other clients.
    private static let longestText = 1_000

    /// The text of an element. The document is small and flat, so it is searched and not parsed.
    private static func element(_ name: String, of body: [UInt8]) -> String? {
        let text = String(decoding: body, as: UTF8.self)
        guard let start = text.firstRange(of: "<\(name)>"),
            let end = text[start.upperBound...].firstRange(of: "</\(name)>")
        else { return nil }
        var content = String(text[start.upperBound..<end.lowerBound].prefix(longestText))
        for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'")] {
            content = content.replacing(entity, with: character)
        }
        // Last, so that its result is not taken for an entity's start.
        return content.replacing("&amp;", with: "&")
    }

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
