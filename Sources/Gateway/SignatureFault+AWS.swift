internal import AWSProtocol
internal import HTTP
internal import SignatureV4

extension SignatureFault {
    /// The fault as a service answers it: the protocols have two sets of names for them, and two forms.
    func response(service: String, requestID: String) -> HTTPResponse {
        guard UnknownService.queryServices.contains(service) else {
            return AWSError(jsonName, status: 403, message: message).response.http(requestID: requestID)
        }
        let namespace = Self.namespaces[service].map { " xmlns=\"\($0)\"" } ?? ""
        let error = "<Type>Sender</Type><Code>\(queryName)</Code><Message>\(queryMessage)</Message>"
        let document =
            "<ErrorResponse\(namespace)><Error>\(error)</Error><RequestId>\(requestID)</RequestId></ErrorResponse>"
        return HTTPResponse(
            status: kind == .incomplete ? 400 : 403,
            headers: [("Content-Type", "text/xml"), ("x-amzn-RequestId", requestID)], body: .bytes(Array(document.utf8))
        )
    }

    /// Source: "Common errors" in the Lambda API reference.
    private var jsonName: String {
        switch kind {
        case .missingToken: "MissingAuthenticationTokenException"
        case .incomplete: "IncompleteSignatureException"
        case .mismatch: "InvalidSignatureException"
        case .unknownKey: "UnrecognizedClientException"
        case .expiredToken: "ExpiredTokenException"
        }
    }

    /// Source: "Common errors" in the IAM and STS API references.
    private var queryName: String {
        switch kind {
        case .missingToken: "MissingAuthenticationToken"
        case .incomplete: "IncompleteSignature"
        case .mismatch: "SignatureDoesNotMatch"
        case .unknownKey: "InvalidClientTokenId"
        case .expiredToken: "ExpiredToken"
        }
    }

    private var queryMessage: String {
        let text = kind == .missingToken ? "Request is missing Authentication Token" : message
        return text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    private static let namespaces = [
        "iam": "https://iam.amazonaws.com/doc/2010-05-08/", "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
    ]
}
