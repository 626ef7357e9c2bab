internal import CCurl
internal import CHTTPClient
internal import Synchronization

/// A blocking HTTP/1.1 client on libcurl, for any number of threads at once.
///
/// It follows no redirects: a signature is valid for one address. It uses the proxies of the environment (`http_proxy`,
/// `https_proxy`, `no_proxy`), but none for loopback addresses. Certificates are always verified. The process has to
/// ignore `SIGPIPE`.
public final class HTTPClient: Sendable {
    /// Idle handles, with the connections that they keep open.
    private let idle = Mutex<[CurlHandle]>([])
    private let idleLimit: Int
    private let certificateAuthorities: String?
    private let isStopped = Atomic(false)

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - certificateAuthorities: PEM file of the trusted certificate authorities; `nil` for the host's own.
    ///   - idleLimit: how many idle handles, with their connections, are kept for later requests.
    public init(certificateAuthorities: String? = nil, idleLimit: Int = 4) {
        self.certificateAuthorities = certificateAuthorities
        self.idleLimit = idleLimit
    }

    /// Sends a request and streams the response's body.
    ///
    /// - Parameter receive: called with the response's head and each piece of its body; not called for an empty body.
    ///   An error that it throws ends the exchange, and is the cause of ``HTTPClientError/Kind/receiverFailed``.
    /// - Returns: The head, when the whole response was received.
    public func send(
        _ request: HTTPClientRequest, limits: HTTPClientLimits = HTTPClientLimits(),
        receiving receive: (HTTPClientResponse, UnsafeRawBufferPointer) throws -> Void
    ) throws(HTTPClientError) -> HTTPClientResponse {
        if let reason = request.invalidReason { throw HTTPClientError(.invalidRequest, reason) }
        guard !isStopped.load(ordering: .relaxed) else { throw Self.stopped }
        let handle = try takeHandle()
        let outcome = withoutActuallyEscaping(receive) { receive in
            let reader = ResponseReader(
                limits, isCancelled: { [self] in isStopped.load(ordering: .relaxed) }, receive: receive)
            return handle.perform(request, limits, certificateAuthorities: certificateAuthorities, reader)
        }
        keep(handle)
        return try outcome.get()
    }

    /// Sends a request and buffers the response's body.
    public func send(
        _ request: HTTPClientRequest, limits: HTTPClientLimits = HTTPClientLimits()
    ) throws(HTTPClientError) -> (head: HTTPClientResponse, body: [UInt8]) {
        var body: [UInt8] = []
        let head = try send(request, limits: limits) { _, piece in body.append(contentsOf: piece) }
        return (head, body)
    }

    /// Ends exchanges in flight within about a second, as ``HTTPClientError/Kind/cancelled``, and refuses new ones.
    public func stop() {
        isStopped.store(true, ordering: .relaxed)
        idle.withLock { $0 = [] }
    }

    private static let stopped = HTTPClientError(.cancelled, "the client was stopped")

    private func takeHandle() throws(HTTPClientError) -> CurlHandle {
        if let handle = idle.withLock({ $0.popLast() }) { return handle }
        guard http_client_prepare(), let handle = CurlHandle() else {
            throw HTTPClientError(.system, "libcurl cannot start")
        }
        return handle
    }

    private func keep(_ handle: CurlHandle) {
        idle.withLock { handles in
            if handles.count < idleLimit, !isStopped.load(ordering: .relaxed) { handles.append(handle) }
        }
    }
}
