package import ServiceKit
package import AWSClient

/// Where packages are that requests only name: S3, or what stands in for it.
package protocol PackageSource: Sendable {
    /// Passes a package on in pieces, and returns when that was all of it.
    ///
    /// Blocks, but never for long without progress. What `receive` throws ends it, and is told as a failure to store.
    func read(
        _ object: S3Object, _ context: RequestContext, into receive: (UnsafeRawBufferPointer) throws -> Void
    ) throws(ServiceError)

    /// Ends what is being read within about a second, because the server stops.
    func stop()
}
