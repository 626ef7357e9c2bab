internal import Catalog
internal import Domain
internal import LayerStore
internal import ServiceKit

/// Stores the packages that requests contain or name, and checks the limits of code.
struct PackageIntake: Sendable {
    private let store: LambdaStore
    private let layerStore: LayerStore
    /// Reads packages that requests only name; `nil` where there is no S3.
    private let packageSource: (any PackageSource)?

    init(store: LambdaStore, layerStore: LayerStore, packageSource: (any PackageSource)?) {
        self.store = store
        self.layerStore = layerStore
        self.packageSource = packageSource
    }

    /// Stores and unpacks the package that a request contains or names. The value keeps it from the collector.
    ///
    /// Reading from S3 may take minutes: hold no lock and no transaction during the call.
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

    /// A stored package, kept from the collector by the value; `nil` where it was collected since its row was read.
    func existing(_ reference: PackageReference) throws(ServiceError) -> StoredPackage? {
        try store.converting {
            do throws(LayerStoreError) {
                return try self.layerStore.package(reference.digest)
            } catch .notFound {
                return nil
            }
        }
    }

    /// Refuses code and layers that are larger together than Lambda unpacks.
    func checkUnzippedSize(code: PackageReference, layers: [PackageReference]) throws(ServiceError) {
        let total = try store.converting {
            try ([code] + layers).reduce(0) { $0 + (try self.layerStore.package($1.digest).unzippedBytes) }
        }
        guard total <= LambdaLimits.unzippedBytes else {
            throw .invalidParameter(
                "Function code combined with layers exceeds the maximum allowed size of "
                    + "\(LambdaLimits.unzippedBytes) bytes. The actual size is \(total) bytes.")
        }
    }

    /// Refuses code beyond the account's 75 GB of zips.
    func checkCodeStorage(adding bytes: Int, _ context: RequestContext) throws(ServiceError) {
        let usage = try store.converting {
            try self.store.catalog.usage(account: context.account, region: context.region)
        }
        guard usage.codeBytes + bytes <= LambdaLimits.codeStorageBytes else {
            throw ServiceError(.codeStorageExceeded, "Code storage limit exceeded.")
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
            // The first two sentences are Lambda's; the detail in parentheses is ours.
            .invalidParameter(
                "Could not unzip uploaded file. Please check your file, then try to upload again. (\(refusal))")
        }
    }
}

extension StoredPackage {
    /// The reference to a package in rows.
    var reference: PackageReference { PackageReference(digest: digest, zipBytes: zipBytes) }
}
