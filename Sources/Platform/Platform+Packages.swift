internal import AWSProtocol
internal import Catalog
internal import Digest
internal import Domain
internal import LayerStore
internal import LinuxSystem

// What the use cases of layers and of functions share: packages and links.
extension Platform {
    /// Keeps a zip and unpacks it.
    func ingest(_ zip: [UInt8]) throws(PlatformError) -> StoredPackage {
        guard !zip.isEmpty else { throw .invalidParameter("Uploaded file must be a non-empty zip") }
        do {
            return try layerStore.ingest(zip)
        } catch .refused(let refusal) {
            throw Self.refusal(refusal)
        } catch {
            throw PlatformError(.service, "The package could not be stored: \(error)", cause: error)
        }
    }

    private static func refusal(_ refusal: ZipRefusal) -> PlatformError {
        switch refusal.reason {
        case .empty:
            .invalidParameter("Uploaded file must be a non-empty zip")
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

    static func needsZip(isFromS3: Bool) -> PlatformError {
        isFromS3
            ? .invalidParameter(
                "Strata does not read packages from S3 yet. Send the zip: --zip-file fileb://package.zip, or ZipFile."
            )
            : .invalidParameter("Please provide a source for function code.")
    }

    /// A link under which a package can be fetched for ten minutes.
    func downloadLink(_ digest: SHA256Digest, _ context: RequestContext) -> String {
        context.endpoint + links.make(for: digest, nowSeconds: WallClock.nowMilliseconds() / 1000)
    }

    /// The package behind a download link, opened for the caller to close, and its size in bytes; `nil` for a link that
    /// does not work (any more).
    package func openDownload(_ target: String) -> (descriptor: Int32, sizeBytes: UInt64)? {
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

extension PlatformError {
    /// A parameter that cannot be used, and why.
    static func invalidParameter(_ message: String) -> PlatformError {
        PlatformError(.invalidParameterValue, message)
    }
}

extension StoredPackage {
    /// What a row keeps of a package.
    var reference: PackageReference { PackageReference(digest: digest, zipBytes: zipBytes) }
}
