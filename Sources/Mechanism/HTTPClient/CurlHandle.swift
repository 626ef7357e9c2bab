internal import CCurl
internal import CHTTPClient
internal import Glibc

/// A libcurl handle: performs one exchange at a time and keeps connections open for the next.
final class CurlHandle: Sendable {
    // Only the thread that has taken the handle uses it (libcurl-thread(3)).
    nonisolated(unsafe) private let pointer: UnsafeMutableRawPointer

    init?() {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
    }

    deinit { curl_easy_cleanup(pointer) }

    /// Performs one exchange to its end.
    func perform(
        _ request: HTTPClientRequest, _ limits: HTTPClientLimits, certificateAuthorities: String?,
        _ reader: ResponseReader
    ) -> Result<HTTPClientResponse, HTTPClientError> {
        var message = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        var status = 0
        let headers = Self.list(of: request)
        defer { curl_slist_free_all(headers) }
        var exchange = http_client_exchange(limits, context: Unmanaged.passUnretained(reader).toOpaque())
        exchange.headers = headers
        let texts = [request.url, request.method, certificateAuthorities].map { text in text.flatMap { strdup($0) } }
        defer { for text in texts { free(text) } }
        exchange.url = UnsafePointer(texts[0])
        exchange.method = UnsafePointer(texts[1])
        exchange.authorities = UnsafePointer(texts[2])
        let code = (request.body ?? []).withUnsafeBytes { body in
            // An empty array may have no address, but libcurl takes a null address for no body at all.
            exchange.body = request.body.map { _ in body.baseAddress ?? UnsafeRawPointer(texts[0]) } ?? nil
            exchange.body_bytes = body.count
            return http_client_perform(pointer, &exchange, &status, &message)
        }
        if let failure = reader.failure { return .failure(failure) }
        guard code == CURLE_OK else {
            let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return .failure(HTTPClientError(code, text))
        }
        return .success(reader.head)
    }

    /// The headers as libcurl's list, which also removes those that libcurl would add by itself.
    private static func list(of request: HTTPClientRequest) -> UnsafeMutablePointer<curl_slist>? {
        var list = curl_slist_append(nil, "Expect:")
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            list = curl_slist_append(list, "Content-Type:")
        }
        for header in request.headers {
            // "Name;" is libcurl's syntax for a header without a value (CURLOPT_HTTPHEADER(3)).
            list = curl_slist_append(list, header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        return list
    }
}

extension http_client_exchange {
    /// The limits and the callbacks of an exchange.
    fileprivate init(_ limits: HTTPClientLimits, context: UnsafeMutableRawPointer) {
        self.init()
        connect_timeout_milliseconds = limits.connectMilliseconds
        total_timeout_milliseconds = limits.totalMilliseconds
        stall_bytes_per_second = limits.stallBytesPerSecond
        stall_seconds = limits.stallSeconds
        body_limit_bytes = limits.bodyBytes
        on_head_line = { line, size, count, context in
            let line = UnsafeRawBufferPointer(start: line, count: size * count)
            return reader(context)?.take(headLine: line) == true ? line.count : 0
        }
        on_body = { piece, size, count, context in
            let piece = UnsafeRawBufferPointer(start: piece, count: size * count)
            // A count other than the given one ends the exchange; 0 would accept an empty piece.
            return reader(context)?.take(body: piece) == true ? piece.count : piece.count + 1
        }
        is_cancelled = { context, _, _, _, _ in reader(context)?.isCancelled == false ? 0 : 1 }
        self.context = context
    }
}

/// The reader in a callback's context pointer.
private func reader(_ context: UnsafeMutableRawPointer?) -> ResponseReader? {
    context.map { Unmanaged<ResponseReader>.fromOpaque($0).takeUnretainedValue() }
}
