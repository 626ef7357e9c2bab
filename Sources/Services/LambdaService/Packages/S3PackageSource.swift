package import AWSClient
internal import Catalog
internal import Domain
internal import HTTPClient
internal import LinuxSystem
package import ServiceKit
internal import SignatureV4
internal import Synchronization

/// Reads packages from the S3 that the server is configured with.
package final class S3PackageSource: PackageSource {
    /// Concurrent reads. The control plane has more threads than that, so that a slow S3 does not delay calls that do
    /// not need it.
    package static let readsAtOnce = 12

    private let settings: ServiceSettings
    private let credentials: ForeignCredentials
    private let http: HTTPClient
    private let client: S3Client
    private let running = Mutex(0)

    /// Reads from an S3; opens no connection yet.
    package init(_ settings: ServiceSettings, credentials: ForeignCredentials) {
        self.settings = settings
        self.credentials = credentials
        http = HTTPClient(certificateAuthorities: settings.authorities)
        client = S3Client(
            endpoint: settings.endpoint, http: http, nowSeconds: { WallClock.nowMilliseconds() / 1000 })
    }

    /// Reads as the account of the caller's request, in its region.
    package func read(
        _ object: S3Object, _ context: RequestContext, into receive: (UnsafeRawBufferPointer) throws -> Void
    ) throws(ServiceError) {
        try begin()
        defer { running.withLock { $0 -= 1 } }
        let signing: SigningCredentials
        do throws(CatalogError) { signing = try credentials.credentials(of: context.account) } catch {
            throw ServiceError(.service, "The account's credentials cannot be read: \(error)", cause: error)
        }
        do throws(S3Error) {
            try client.getObject(
                object, region: context.region.description,
                credentials: signing, limits: Self.limits, receiving: receive)
        } catch {
            switch error {
            case .refused(let refusal): throw ServiceError(refusal, of: object)
            case .failed(let failure): throw ServiceError(failure, of: object, at: settings.endpoint)
            }
        }
    }

    /// Ends all reads; later ones fail.
    package func stop() { http.stop() }

    private func begin() throws(ServiceError) {
        let isFree = running.withLock { running in
            guard running < Self.readsAtOnce else { return false }
            running += 1
            return true
        }
        guard isFree else {
            throw ServiceError(
                .tooManyRequests, "\(Self.readsAtOnce) packages are being read from S3; call again in a moment.")
        }
    }

    /// A zip may be as long as its unpacked content, and may take minutes as long as it makes progress.
    private static var limits: HTTPClientLimits {
        var limits = HTTPClientLimits()
        limits.bodyBytes = LambdaLimits.unzippedBytes
        limits.totalMilliseconds = 300_000
        limits.stallSeconds = 10
        limits.stallBytesPerSecond = 16 << 10
        return limits
    }
}
