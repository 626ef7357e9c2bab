internal import ServiceKit
internal import AWSProtocol
internal import Catalog
internal import Digest
internal import Domain
internal import LayerStore
internal import LinuxSystem

// What the use cases of layers and of functions share: packages and links.
extension LambdaService {
    /// Keeps the package that a request brings or names, and unpacks it. The value keeps it from the collector.
    ///
    /// Reading from S3 may take minutes: hold no lock and no transaction meanwhile.
    func package(
        from location: PackageLocation, _ context: RequestContext
    ) throws(ServiceError) -> StoredPackage {
        switch location {
        case .zip(let bytes):
            guard !bytes.isEmpty else { throw Self.emptyPackage }
            return try ingesting { () throws(LayerStoreError) in try layerStore.ingest(bytes) }
        case .s3(let object):
            guard let packageSource else { throw Self.noPackageSource }
            let draft = try ingesting { () throws(LayerStoreError) in try layerStore.makeDraft() }
            try packageSource.read(object, context) { try draft.write($0) }
            guard draft.byteCount > 0 else { throw Self.emptyPackage }
            return try ingesting { () throws(LayerStoreError) in try layerStore.ingest(draft) }
        }
    }

    private func ingesting<Value>(_ body: () throws(LayerStoreError) -> Value) throws(ServiceError) -> Value {
        do throws(LayerStoreError) { return try body() } catch .refused(let refusal) {
            throw Self.refusal(refusal)
        } catch {
            throw ServiceError(.service, "The package could not be stored: \(error)", cause: error)
        }
    }

    private static var emptyPackage: ServiceError { .invalidParameter("Uploaded file must be a non-empty zip") }

    private static var noPackageSource: ServiceError {
        .invalidParameter(
            "This server has no S3 to read from. Start it with --s3-endpoint URL, or AWS_ENDPOINT_URL_S3 in its "
                + "environment; or send the zip: --zip-file fileb://package.zip, or ZipFile.")
    }

    private static func refusal(_ refusal: ZipRefusal) -> ServiceError {
        switch refusal.reason {
        case .empty: emptyPackage
        case .tooLarge:
            .invalidParameter("Unzipped size must be smaller than \(LambdaLimits.unzippedBytes) bytes")
        case .tooManyEntries:
            .invalidParameter(
                "The package has more than \(LambdaLimits.entriesPerZip) files and folders; Strata unpacks no more.")
        default:
            // The first two sentences are Lambda's own; what is wrong in particular is ours.
            .invalidParameter(
                "Could not unzip uploaded file. Please check your file, then try to upload again. (\(refusal))")
        }
    }

    /// A link under which a package can be fetched for ten minutes.
    func downloadLink(_ digest: SHA256Digest, _ context: RequestContext) -> String {
        context.endpoint + links.make(for: digest, nowSeconds: WallClock.nowMilliseconds() / 1000)
    }

    /// The package behind a download link, opened for the caller to close, and its size in bytes; `nil` for a link that
    /// does not work (any more).
    func openDownload(_ target: String) -> (descriptor: Int32, sizeBytes: UInt64)? {
        guard let digest = links.resolve(target, nowSeconds: WallClock.nowMilliseconds() / 1000) else { return nil }
        do {
            let file = try layerStore.openZip(digest)
            let size = try file.status().size
            return (file.release(), UInt64(size))
        } catch {
            // A package that was deleted since is as gone as an expired link.
            return nil
        }
    }
}

extension ServiceError {
    /// A parameter that cannot be used, and why.
    static func invalidParameter(_ message: String) -> ServiceError {
        ServiceError(.invalidParameterValue, message)
    }
}

extension StoredPackage {
    /// What a row keeps of a package.
    var reference: PackageReference { PackageReference(digest: digest, zipBytes: zipBytes) }
}
