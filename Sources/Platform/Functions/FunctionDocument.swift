internal import AWSModel
internal import AWSProtocol
internal import Catalog
internal import Digest
internal import Domain
internal import LayerStore
internal import LinuxSystem

/// What is stored of a function: the answer of *GetFunction* but for its download link.
struct FunctionDocument {
    /// The configuration, as the API describes it.
    var configuration: Lambda.FunctionConfiguration
    /// The function's tags.
    var tags: [String: String]?

    /// The configuration of a new function, with Lambda's defaults for what the request leaves out.
    ///
    /// Source: *CreateFunction* in the Lambda API reference.
    init(creating request: Lambda.CreateFunctionRequest, _ function: FunctionID, _ package: StoredPackage) {
        configuration = Lambda.FunctionConfiguration(
            functionName: function.name.description, functionArn: function.description, runtime: request.runtime,
            role: request.role, handler: request.handler, codeSize: package.zipBytes,
            description: request.description ?? "",
            timeout: request.timeout ?? LambdaLimits.defaultTimeoutSeconds,
            memorySize: request.memorySize ?? LambdaLimits.defaultMemoryMebibytes,
            lastModified: LambdaTime.now(), codeSha256: package.digest.base64, version: "$LATEST",
            vpcConfig: request.vpcConfig.map {
                Lambda.VpcConfigResponse(
                    subnetIds: $0.subnetIds ?? [], securityGroupIds: $0.securityGroupIds ?? [], vpcId: "")
            },
            deadLetterConfig: request.deadLetterConfig,
            environment: request.environment.map { Lambda.EnvironmentResponse(variables: $0.variables ?? [:]) },
            kmsKeyArn: request.kmsKeyArn,
            tracingConfig: Lambda.TracingConfigResponse(mode: request.tracingConfig?.mode ?? .passThrough),
            revisionId: Self.newRevision(), state: .active, lastUpdateStatus: .successful,
            fileSystemConfigs: request.fileSystemConfigs, packageType: .zip,
            architectures: request.architectures ?? [
                Lambda.Architecture(rawValue: Domain.Architecture.byDefault.rawValue)
            ],
            ephemeralStorage: request.ephemeralStorage
                ?? Lambda.EphemeralStorage(size: LambdaLimits.defaultTemporaryStorageMebibytes),
            snapStart: Lambda.SnapStartResponse(
                applyOn: request.snapStart?.applyOn ?? Lambda.SnapStartApplyOn.none, optimizationStatus: .off),
            loggingConfig: Lambda.LoggingConfig(
                logFormat: request.loggingConfig?.logFormat ?? .text,
                applicationLogLevel: request.loggingConfig?.applicationLogLevel,
                systemLogLevel: request.loggingConfig?.systemLogLevel,
                logGroup: request.loggingConfig?.logGroup ?? "/aws/lambda/\(function.name)"))
        tags = request.tags
    }

    /// Reads a stored function.
    init(_ record: FunctionRecord, _ read: ([UInt8]) throws(PlatformError) -> Lambda.GetFunctionResponse)
        throws(PlatformError)
    {
        let stored = try read(record.document)
        guard let configuration = stored.configuration else {
            throw PlatformError(.service, "The stored function \(record.id) has no configuration.")
        }
        self.configuration = configuration
        tags = stored.tags
    }

    /// The bytes that the catalogue keeps.
    var bytes: [UInt8] {
        let stored = Lambda.GetFunctionResponse(configuration: configuration, tags: tags)
        return JSON.encode(stored.awsValue, as: Lambda.GetFunctionResponse.schema)
    }

    /// Marks a change: a new revision, from now on.
    mutating func touch() {
        configuration.revisionId = Self.newRevision()
        configuration.lastModified = LambdaTime.now()
    }

    /// The new package of a changed function.
    mutating func setPackage(_ package: StoredPackage) {
        configuration.codeSize = package.zipBytes
        configuration.codeSha256 = package.digest.base64
    }

    private static func newRevision() -> String { RequestIdentifier.make() }
}
