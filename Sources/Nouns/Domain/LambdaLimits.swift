/// AWS's limits, as named constants. They are the defaults; a server may lower or raise them.
///
/// Source, where none is named: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
public enum LambdaLimits {
    /// Memory of a function, in MB (MiB, as AWS counts).
    public static let memoryMebibytes = 128...10_240
    /// Memory of a function whose creator names none, in MB.
    public static let defaultMemoryMebibytes = 128
    /// Time that an invocation may take, in seconds.
    public static let timeoutSeconds = 1...900
    /// Time-out of a function whose creator names none, in seconds.
    public static let defaultTimeoutSeconds = 3
    /// Time that the init phase may take, in seconds.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>.
    public static let initSeconds = 10
    /// The same, in seconds, for an environment of provisioned concurrency, for which no invocation waits.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>.
    public static let provisionedInitSeconds = 900
    /// How often a function may occur in one chain of invocations.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html>.
    public static let recursiveInvocations = 16
    /// Names and values of all environment variables of a function together, in bytes.
    public static let environmentBytes = 4_096
    /// Size of `/tmp`, in MB.
    public static let temporaryStorageMebibytes = 512...10_240
    /// Size of `/tmp` when the function's creator names none, in MB.
    public static let defaultTemporaryStorageMebibytes = 512
    /// Layers of one function.
    public static let layersPerFunction = 5
    /// A function and all its layers, unpacked, in bytes (250 MB).
    public static let unzippedBytes = 262_144_000
    /// Files and directories of one zip. Ours: AWS names no limit, but a server must have one.
    public static let entriesPerZip = 200_000
    /// Body of a control-plane request, in bytes: room for a 50 MB zip in base64.
    /// Source: the error message of the service for larger requests.
    public static let requestBytes = 70_167_211
    /// A zip that is uploaded inside a request, in bytes (50 MB).
    public static let zippedUploadBytes = 52_428_800
    /// Payload of a synchronous invocation, each way, in bytes.
    public static let synchronousPayloadBytes = 6_291_556
    /// Payload of an asynchronous invocation, in bytes (1 MB).
    public static let asynchronousPayloadBytes = 1_048_576
    /// A streamed response, in bytes (200 MB).
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html>.
    public static let streamedPayloadBytes = 209_715_200
    /// The decoded client context of an invocation, in bytes.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>, `X-Amz-Client-Context`.
    public static let clientContextBytes = 3_583
    /// Concurrent invocations in one account and region.
    public static let concurrentExecutions = 1_000
    /// The part of that which reserved concurrency cannot take.
    public static let unreservedConcurrentExecutions = 100
    /// Zips of all functions and layer versions of one account and region, in bytes (75 GB).
    public static let codeStorageBytes = 80_530_636_800
    /// Tail of the log that an invocation may return, in bytes.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>, `X-Amz-Log-Result`.
    public static let logTailBytes = 4_096

    /// Characters of a name, or ARN, by which a request may refer to a function.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>, `FunctionName`.
    public static let functionReferenceCharacters = 140
    /// Characters of a function's name.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>.
    public static let functionNameCharacters = 64
    /// Characters of an alias's name.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html>.
    public static let aliasNameCharacters = 128
    /// Characters of a layer's name.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html>.
    public static let layerNameCharacters = 140
}
