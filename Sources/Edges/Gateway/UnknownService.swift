internal import AWSProtocol
internal import HTTP
internal import Platform

/// The answer to a call of a service that is not here, in the format that the service's own clients can read.
///
/// Source: the `protocol` of each service's model in botocore, and "AWS query protocol" and "AWS restXml protocol" in
/// the Smithy documentation.
struct UnknownService {
    let name: String

    init(name: String) {
        // It comes from the client and goes into the answer.
        self.name = String(name.prefix(64).filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
    }

    /// Services whose clients expect XML, by the name that they sign for.
    static let queryServices: Set<String> = [
        "autoscaling", "cloudformation", "ec2", "elasticache", "elasticbeanstalk", "elasticloadbalancing", "iam",
        "monitoring", "rds", "redshift", "ses", "sns", "sts",
    ]

    var response: HTTPResponse {
        let requestID = RequestIdentifier.make()
        let message =
            "Strata serves lambda, iam and sts, and this request is for \(name). Set AWS_ENDPOINT_URL_LAMBDA instead "
            + "of AWS_ENDPOINT_URL to send only Lambda calls here."
        let error = "<Code>NotImplemented</Code><Message>\(message)</Message>"
        switch name {
        case "s3":
            return xml("<Error>\(error)<RequestId>\(requestID)</RequestId></Error>")
        case let name where Self.queryServices.contains(name):
            return xml(
                "<ErrorResponse><Error><Type>Receiver</Type>\(error)</Error><RequestId>\(requestID)</RequestId>"
                    + "</ErrorResponse>")
        default:
            return AWSError("NotImplementedException", status: 501, message: message, fault: .server)
                .response.http(requestID: requestID)
        }
    }

    private func xml(_ text: String) -> HTTPResponse {
        HTTPResponse(status: 501, contentType: "text/xml", text: text)
    }
}
