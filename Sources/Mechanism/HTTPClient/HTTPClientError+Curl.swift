internal import CCurl
internal import CHTTPClient

extension HTTPClientError {
    /// The error for libcurl's code, with libcurl's message, which contains hosts and times.
    init(_ code: CURLcode, _ message: String) {
        self.init(Self.kind(code), message.isEmpty ? String(cString: curl_easy_strerror(code)) : message)
    }

    private static func kind(_ code: CURLcode) -> Kind {
        switch code {
        case CURLE_URL_MALFORMAT: .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY: .unreachable
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR:
            .tlsFailed
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR: .interrupted
        // Requests with other protocols were refused before, so the response is not HTTP/1.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING: .malformed
        case CURLE_FILESIZE_EXCEEDED: .tooLarge
        case CURLE_ABORTED_BY_CALLBACK: .cancelled
        default: .system
        }
    }
}
