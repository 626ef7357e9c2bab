package import AWSProtocol
package import HTTP

extension AWSResponse {
    /// The response for the HTTP server, with the request id that every response of AWS has.
    package func http(requestID: String) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: headers.map { (name: $0.name, value: $0.value) } + [("x-amzn-RequestId", requestID)],
            body: .bytes(body))
    }
}
