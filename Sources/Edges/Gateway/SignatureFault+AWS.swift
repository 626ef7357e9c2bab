internal import AWSProtocol
internal import HTTP
internal import ServiceKit
internal import SignatureV4

extension SignatureFault {
    /// The fault as a service answers it: the protocols have names of their own for them, and forms.
    func response(of registry: ServiceRegistry, service: String, requestID: String) -> HTTPResponse {
        switch registry[service]?.model.wireFormat {
        case .restJSON: AWSError(jsonName, status: 403, message: message).response.http(requestID: requestID)
        case .query(let namespace): errorResponse(namespace: namespace, requestID)
        case nil: response(ofUnknown: service, requestID)
        }
    }

    private func response(ofUnknown service: String, _ requestID: String) -> HTTPResponse {
        switch UnknownService.format(of: service) {
        case .object: return xml(status: objectName.status, requestID, error(objectName.name, requestID: requestID))
        case .query: return errorResponse(namespace: nil, requestID)
        case .json:
            // The clients read the name from the body, and the JSON protocols answer 400 to all of it.
            return AWSError(jsonName, status: 400, message: message, details: ["__type": .string(jsonName)])
                .response.http(requestID: requestID)
        }
    }

    private func errorResponse(namespace: String?, _ requestID: String) -> HTTPResponse {
        let namespace = namespace.map { " xmlns=\"\($0)\"" } ?? ""
        let error = "<Type>Sender</Type><Code>\(queryName)</Code><Message>\(Self.escape(queryMessage))</Message>"
        return xml(
            status: kind == .incomplete ? 400 : 403, requestID,
            "<ErrorResponse\(namespace)><Error>\(error)</Error><RequestId>\(requestID)</RequestId></ErrorResponse>")
    }

    private func error(_ name: String, requestID: String) -> String {
        "<Error><Code>\(name)</Code><Message>\(Self.escape(message))</Message>"
            + "<RequestId>\(requestID)</RequestId></Error>"
    }

    private func xml(status: Int, _ requestID: String, _ document: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [("Content-Type", "text/xml"), ("x-amzn-RequestId", requestID)],
            body: .bytes(Array(document.utf8)))
    }

    private static func escape(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// Source: "List of error codes" in the S3 API reference.
    private var objectName: (name: String, status: Int) {
        switch kind {
        case .missingToken: ("AccessDenied", 403)
        case .incomplete: ("AuthorizationHeaderMalformed", 400)
        case .mismatch: ("SignatureDoesNotMatch", 403)
        case .unknownKey: ("InvalidAccessKeyId", 403)
        case .expiredToken: ("ExpiredToken", 400)
        }
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
        kind == .missingToken ? "Request is missing Authentication Token" : message
    }
}
