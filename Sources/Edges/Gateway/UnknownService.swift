internal import AWSProtocol
internal import HTTP
internal import Domain
internal import ServiceKit

/// The response to a call of a service that is not implemented, in the format of that service's clients.
///
/// Source: the `protocol` of each service's model in botocore, and "AWS query protocol" and "AWS restXml protocol" in
/// the Smithy documentation.
struct UnknownService {
    let name: String
    /// The names of the implemented services.
    let known: [String]

    init(name: String, known: [String]) {
        self.known = known
        // The client's text becomes part of the response.
        self.name = String(name.prefix(64).filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
    }

    /// The formats in which clients expect errors.
    enum Format {
        /// S3's XML.
        case object
        /// XML in an `ErrorResponse`.
        case query
        /// JSON.
        case json
    }

    /// The format that a service's clients expect, by the name in the credential scope.
    static func format(of name: String) -> Format {
        if ServiceProtocols.restXML.contains(name) { return .object }
        return ServiceProtocols.query.contains(name) ? .query : .json
    }

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
