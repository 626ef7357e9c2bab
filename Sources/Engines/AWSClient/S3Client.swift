internal import AWSProtocol
public import HTTPClient
public import SignatureV4

/// Reads and writes objects of S3 or a compatible server. Blocks; any thread may call it.
///
/// Buckets are addressed by path, which every endpoint understands and any bucket's name allows.
public final class S3Client: Sendable {
    private let endpoint: EndpointURL
    private let http: HTTPClient
    private let nowSeconds: @Sendable () -> Int64

    /// Bytes of an error document that are read; those of S3 have less than one thousand.
    private static let errorBytes = 64 << 10

    /// Makes a client of one endpoint.
    ///
    /// - Parameter nowSeconds: the wall clock, in seconds since 1970; signatures hold for 15 minutes.
    public init(endpoint: EndpointURL, http: HTTPClient, nowSeconds: @escaping @Sendable () -> Int64) {
        self.endpoint = endpoint
        self.http = http
        self.nowSeconds = nowSeconds
    }

    /// Downloads an object in pieces.
    ///
    /// - Parameters:
    ///   - region: the region that the call is signed for.
    ///   - limits: of the call; `bodyBytes` is that of the object.
    ///   - receive: called with the pieces in order, of a successful response only. An error that it throws ends the
    ///     call with ``S3Error/failed(_:)`` and that cause.
    ///
    /// Source: *GetObject* in the S3 API reference.
    public func getObject(
        _ object: S3Object, region: String, credentials: SigningCredentials, limits: HTTPClientLimits,
        receiving receive: (UnsafeRawBufferPointer) throws -> Void
    ) throws(S3Error) {
        let request = request("GET", object, RequestSigner(credentials: credentials, region: region, service: "s3"))
        var document: [UInt8] = []
        let head: HTTPClientResponse
        do throws(HTTPClientError) {
            head = try http.send(request, limits: limits) { head, piece in
                if head.status == 200 {
                    try receive(piece)
                } else {
                    document.append(contentsOf: piece.prefix(Self.errorBytes - document.count))
                }
            }
        } catch {
            throw .failed(error)
        }
        guard head.status == 200 else { throw .refused(S3Refusal(head, body: document)) }
    }

    /// Uploads an object.
    ///
    /// - Parameters:
    ///   - region: the region that the call is signed for.
    ///   - limits: of the call.
    ///
    /// Source: *PutObject* in the S3 API reference.
    public func putObject(
        _ object: S3Object, _ content: [UInt8], region: String, credentials: SigningCredentials,
        limits: HTTPClientLimits
    ) throws(S3Error) {
        let signer = RequestSigner(credentials: credentials, region: region, service: "s3")
        let answer: (head: HTTPClientResponse, body: [UInt8])
        do throws(HTTPClientError) {
            answer = try http.send(request("PUT", object, signer, body: content), limits: limits)
        } catch {
            throw .failed(error)
        }
        guard answer.head.status == 200 else { throw .refused(S3Refusal(answer.head, body: answer.body)) }
    }

    private func request(
        _ method: String, _ object: S3Object, _ signer: RequestSigner, body: [UInt8]? = nil
    ) -> HTTPClientRequest {
        let path = "\(endpoint.path)/\(PercentEncoding.encode(object.bucket))/\(Self.path(of: object.key))"
        let query = object.version.map { "versionId=\(PercentEncoding.encode($0))" } ?? ""
        let signable = SignableRequest(
            method: method, rawPath: path, rawQuery: query, headers: [(name: "Host", value: endpoint.host)])
        let headers = signable.headers + signer.sign(signable, body: body ?? [], nowSeconds: nowSeconds())
        let url = "\(endpoint.origin)\(path)\(query.isEmpty ? "" : "?\(query)")"
        return HTTPClientRequest(
            method, url, headers: headers.map { HTTPClientHeader($0.name, $0.value) }, body: body)
    }

    /// A key in a path: slashes stay, all other reserved characters are encoded once. So are the dots of a segment that
    /// has nothing else: a server that resolved it would read another bucket.
    private static func path(of key: String) -> String {
        key.split(separator: "/", omittingEmptySubsequences: false)
            .map { segment in
                let isDots = segment == "." || segment == ".."
                return isDots ? segment.map { _ in "%2E" }.joined() : PercentEncoding.encode(String(segment))
            }.joined(separator: "/")
    }
}
