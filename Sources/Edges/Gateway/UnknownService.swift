internal import AWSProtocol
internal import HTTP
internal import Domain
internal import ServiceKit

/// The answer to a call of a service that is not here, in the format that the service's own clients can read.
///
/// Source: the `protocol` of each service's model in botocore, and "AWS query protocol" and "AWS restXml protocol" in
/// the Smithy documentation.
struct UnknownService {
    let name: String
    /// The names of the services that are here.
    let known: [String]

    init(name: String, known: [String]) {
        self.known = known
        // It comes from the client and goes into the answer.
        self.name = String(name.prefix(64).filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
    }

    /// The forms in which clients expect errors.
    enum Format {
        /// S3's XML.
        case object
        /// XML in an `ErrorResponse`.
        case query
        /// JSON.
        case json
    }

    /// The form that the clients of a service expect, by the name that they sign for.
    static func format(of name: String) -> Format {
        name == "s3" ? .object : queryServices.contains(name) ? .query : .json
    }

    private static let queryServices: Set<String> = [
        "autoscaling", "cloudformation", "ec2", "elasticache", "elasticbeanstalk", "elasticloadbalancing",
        "monitoring", "rds", "redshift", "ses", "sns",
    ]

    var response: HTTPResponse {
        let requestID = RequestIdentifier.make()
        let message =
            "Strata serves \(list), and this request is for \(name). Set AWS_ENDPOINT_URL_LAMBDA instead of "
            + "AWS_ENDPOINT_URL to send only Lambda calls here."
        let error = "<Code>NotImplemented</Code><Message>\(message)</Message>"
        switch Self.format(of: name) {
        case .object:
            return xml("<Error>\(error)<RequestId>\(requestID)</RequestId></Error>")
        case .query:
            return xml(
                "<ErrorResponse><Error><Type>Receiver</Type>\(error)</Error><RequestId>\(requestID)</RequestId>"
                    + "</ErrorResponse>")
        case .json:
            return AWSError("NotImplementedException", status: 501, message: message, fault: .server)
                .response.http(requestID: requestID)
        }
    }

    private var list: String {
        known.count > 1 ? "\(known.dropLast().joined(separator: ", ")) and \(known.last ?? "")" : known.joined()
    }

    private func xml(_ text: String) -> HTTPResponse {
        HTTPResponse(status: 501, contentType: "text/xml", text: text)
    }
}
