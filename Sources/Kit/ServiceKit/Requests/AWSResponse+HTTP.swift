package import AWSProtocol
package import HTTP

extension AWSResponse {
    /// The response as the HTTP server sends it, with the request id that every answer of AWS carries.
    package func http(requestID: String) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: headers.map { (name: $0.name, value: $0.value) } + [("x-amzn-RequestId", requestID)],
            body: .bytes(body))
    }
}
