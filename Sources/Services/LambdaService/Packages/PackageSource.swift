package import AWSClient
package import ServiceKit

/// Reads packages that requests only name: from S3, or from a substitute for it.
package protocol PackageSource: Sendable {
    /// Passes a package to `receive` in pieces, and returns after the last one.
    ///
    /// Blocks, but never for long without progress. An error of `receive` ends the read; the caller gets it as a
    /// failure to store.
    func read(
        _ object: S3Object, _ context: RequestContext, into receive: (UnsafeRawBufferPointer) throws -> Void
    ) throws(ServiceError)

    /// Ends reads in progress within about a second, because the server stops.
    func stop()
}
