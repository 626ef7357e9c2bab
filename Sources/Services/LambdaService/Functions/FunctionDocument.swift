internal import Catalog
internal import Digest
internal import Domain
internal import LambdaModel
internal import LayerStore
internal import ServiceKit

/// The stored configuration of a version of a function, in the API's shape.
struct FunctionDocument: Sendable {
    /// The configuration.
    var configuration: Lambda.FunctionConfiguration

    /// The configuration of a new function, with Lambda's defaults for settings that the request leaves out, and
    /// without its package yet.
    ///
    /// Source: *CreateFunction* in the Lambda API reference.
    init(creating request: Lambda.CreateFunctionRequest, _ function: FunctionID) throws(ServiceError) {
        configuration = Lambda.FunctionConfiguration(
            functionName: function.name.description, functionArn: function.description, role: request.role,
            handler: request.handler, description: request.description ?? "",
            timeout: request.timeout ?? LambdaLimits.defaultTimeoutSeconds,
            memorySize: request.memorySize ?? LambdaLimits.defaultMemoryMebibytes,
            lastModified: LambdaTime.now(), version: "$LATEST",
            tracingConfig: Lambda.TracingConfigResponse(mode: .passThrough),
            revisionId: Self.newRevision(), state: .active, lastUpdateStatus: .successful, packageType: .zip,
            architectures: request.architectures ?? [
                Lambda.Architecture(rawValue: Domain.Architecture.byDefault.rawValue)
            ],
            ephemeralStorage: request.ephemeralStorage
                ?? Lambda.EphemeralStorage(size: LambdaLimits.defaultTemporaryStorageMebibytes),
            snapStart: Lambda.SnapStartResponse(
                applyOn: Lambda.SnapStartApplyOn.none, optimizationStatus: .off),
            loggingConfig: Lambda.LoggingConfig(logFormat: .text, logGroup: "/aws/lambda/\(function.name)"))
        try apply(request, to: function)
    }

    /// Reads a stored version.
    init(_ record: FunctionRecord) throws(ServiceError) {
        configuration = try LambdaStore.decode(record.document)
        // Functions of the first release have none stored.
        guard let runtime = configuration.runtime, configuration.runtimeVersionConfig == nil else { return }
        configuration.runtimeVersionConfig = Lambda.RuntimeVersionConfig(
            runtimeVersionArn: RuntimeVersions.arn(of: runtime, region: record.id.region))
    }

    /// The bytes that the catalogue keeps.
    var bytes: [UInt8] { LambdaStore.encode(configuration) }

    /// Marks an update: a new revision, modified now.
    mutating func touch() {
        configuration.revisionId = Self.newRevision()
        configuration.lastModified = LambdaTime.now()
    }

    /// Sets the function's package.
    mutating func setPackage(_ package: StoredPackage) {
        configuration.codeSize = package.zipBytes
        configuration.codeSha256 = package.digest.base64
    }

    /// Turns the configuration of `$LATEST` into that of a published version.
    ///
    /// - Parameter description: the version's own; `nil` keeps the function's.
    mutating func publish(as version: FunctionVersion, of function: FunctionID, description: String?) {
        configuration.version = version.description
        configuration.functionArn = FunctionARN(function, qualifier: .version(version)).description
        configuration.description = description ?? configuration.description
        configuration.revisionId = Self.newRevision()
        if configuration.snapStart?.applyOn == .publishedVersions { configuration.snapStart?.optimizationStatus = .on }
    }

    /// Whether the configurations differ in nothing but revision and date of modification.
    func isSame(as other: FunctionDocument) -> Bool {
        var (ours, theirs) = (configuration, other.configuration)
        (ours.revisionId, theirs.revisionId) = (nil, nil)
        (ours.lastModified, theirs.lastModified) = (nil, nil)
        return ours == theirs
    }

    /// A new `RevisionId`.
    static func newRevision() -> String { Revision.new().text }

    /// Refuses a change whose caller has read an older revision.
    ///
    /// - Parameter revision: the `RevisionId` of the request; `nil` for any.
    func check(revision: String?) throws(ServiceError) {
        guard Revision(configuration.revisionId ?? "").allowsChange(expecting: revision) else {
            throw .staleRevision("GetFunction/GetAlias")
        }
    }

    /// A version in the form of lists, which omit its state.
    static func listed(_ record: FunctionRecord, qualified: Bool) throws(ServiceError) -> Lambda.FunctionConfiguration {
        var configuration = try FunctionDocument(record).configuration
        let qualifier = qualified ? Qualifier.version(record.version) : nil
        configuration.functionArn = FunctionARN(record.id, qualifier: qualifier).description
        configuration.omitState()
        return configuration
    }
}
