internal import AWSModel
internal import AWSProtocol
internal import Catalog
internal import Digest
internal import Domain
internal import LayerStore
internal import LinuxSystem
internal import Synchronization

/// A request to run a function, as the gateway has read it.
package struct InvokeRequest: Sendable {
    /// How the caller names the function: any form of `FunctionName`.
    package var functionName: String
    /// The `Qualifier` parameter.
    package var qualifier: String?
    /// The event; empty means `{}`.
    package var payload: [UInt8]
    /// The client context, as sent: base64.
    package var clientContext: String?
    /// The X-Ray header.
    package var traceID: String?
    /// The request id that the caller is told.
    package var requestID: String

    /// Describes a request.
    package init(
        functionName: String, qualifier: String?, payload: [UInt8], clientContext: String?, traceID: String?,
        requestID: String
    ) {
        self.functionName = functionName
        self.qualifier = qualifier
        self.payload = payload
        self.clientContext = clientContext
        self.traceID = traceID
        self.requestID = requestID
    }
}

extension Platform {
    /// Runs a function and hands its answer to `complete`, once, on any thread. Does not block.
    ///
    /// Source: *Invoke* in the Lambda API reference.
    package func invoke(
        _ request: InvokeRequest, context: RequestContext, _ complete: @escaping @Sendable (InvocationResult) -> Void
    ) {
        do {
            try check(payload: request.payload)
            let (revision, qualifier) = try revision(request, context)
            pool.invoke(
                Invocation(
                    requestID: request.requestID, revision: revision,
                    payload: request.payload.isEmpty ? Array("{}".utf8) : request.payload,
                    invokedARN: FunctionARN(revision.function, qualifier: qualifier).description,
                    clientContext: try decodeClientContext(request.clientContext), traceID: request.traceID,
                    complete: complete))
        } catch {
            complete(.refused(error))
        }
    }

    /// Whether a function could be run as asked: the `DryRun` of *Invoke*.
    package func checkInvoke(_ request: InvokeRequest, context: RequestContext) throws(PlatformError) {
        try check(payload: request.payload)
        _ = try revision(request, context)
    }

    private func check(payload: [UInt8]) throws(PlatformError) {
        guard payload.count <= LambdaLimits.synchronousPayloadBytes else {
            throw PlatformError(
                .requestTooLarge,
                "\(payload.count) byte payload is too large for the RequestResponse invocation type (limit "
                    + "\(LambdaLimits.synchronousPayloadBytes) bytes)")
        }
        guard !payload.isEmpty else { return }
        if let fault = payload.withUnsafeBytes({ JSONValidator.fault(in: $0) }) {
            throw PlatformError(.invalidRequestContent, "Could not parse request body into json: \(fault)")
        }
    }

    /// A client context is JSON in base64, of 3 583 bytes at most.
    private func decodeClientContext(_ text: String?) throws(PlatformError) -> String? {
        guard let text, !text.isEmpty else { return nil }
        guard text.utf8.count <= LambdaLimits.clientContextBytes, let bytes = Base64.decode(text),
            bytes.withUnsafeBytes({ JSONValidator.isValid($0) })
        else {
            throw PlatformError(
                .invalidRequestContent,
                "Client context must be a valid Base64-encoded JSON object of at most "
                    + "\(LambdaLimits.clientContextBytes) bytes.")
        }
        // A header cannot carry line breaks, which JSON only has between its tokens.
        return String(decoding: bytes.map { $0 == 10 || $0 == 13 ? 32 : $0 }, as: UTF8.self)
    }
}

extension Platform {
    private func revision(
        _ request: InvokeRequest, _ context: RequestContext
    ) throws(PlatformError) -> (FunctionRevision, Qualifier?) {
        let (reference, function) = try resolve(request.functionName, request.qualifier, context)
        guard reference.qualifier == nil || reference.qualifier == .latest else {
            throw Self.notFound(function, reference.qualifier)
        }
        if let known = revisions.withLock({ $0[function] }) { return (known, reference.qualifier) }
        return (try revision(of: function), reference.qualifier)
    }

    /// Takes a snapshot of a function as it is now, and keeps it for the invocations to come.
    func revision(of function: FunctionID) throws(PlatformError) -> FunctionRevision {
        // The number is taken before the row is read: of two snapshots the one with the higher number is never the
        // older.
        let number = lastRevisionNumber.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
        guard let record = try catching({ try self.catalog.function(function) }) else {
            throw Self.notFound(function, nil)
        }
        let settings = try document(record).configuration
        guard let runtime = RuntimeIdentifier(settings.runtime?.rawValue ?? "") else {
            throw PlatformError(.invalidRuntime, "The function \(function.name) has no runtime.")
        }
        let revision = FunctionRevision(
            function: function, version: .latest, number: number, runtime: runtime,
            role: settings.role ?? "", handler: settings.handler ?? "",
            architecture: settings.architectures?.first.flatMap { Domain.Architecture(rawValue: $0.rawValue) }
                ?? .byDefault,
            memoryMebibytes: settings.memorySize ?? LambdaLimits.defaultMemoryMebibytes,
            temporaryStorageMebibytes: settings.ephemeralStorage?.size
                ?? LambdaLimits.defaultTemporaryStorageMebibytes,
            timeoutSeconds: settings.timeout ?? LambdaLimits.defaultTimeoutSeconds,
            environment: settings.environment?.variables ?? [:],
            logFormat: settings.loggingConfig?.logFormat == .json
                ? .json(level: settings.loggingConfig?.applicationLogLevel?.rawValue ?? "INFO") : .text,
            packages: try catching {
                try ([record.code] + record.layers).map { try self.layerStore.package($0.digest) }
            },
            codeTree: layerStore.treePath(of: record.code.digest),
            layerTrees: record.layers.map { layerStore.treePath(of: $0.digest) })
        revisions.withLock { revisions in
            if let known = revisions[function], known.number > number { return }
            revisions[function] = revision
        }
        // A function that was changed or deleted since the row was read must not stay in the cache.
        if try catching({ try self.catalog.function(function) })?.revision != record.revision {
            revisions.withLock { revisions in
                if revisions[function]?.number == number { revisions[function] = nil }
            }
        }
        return revision
    }
}
