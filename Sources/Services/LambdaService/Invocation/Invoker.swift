internal import AWSProtocol
internal import Digest
internal import Domain
internal import EventQueue
internal import FunctionExecution
internal import LinuxSystem
internal import ServiceKit
internal import Telemetry

/// Invokes functions: synchronously, asynchronously, and for deliveries. No method blocks.
final class Invoker: Sendable {
    let resolver: FunctionResolver
    let router: InvocationRouter
    let pool: EnvironmentPool
    let events: EventQueue
    let metrics: Metrics
    let log: ServerLog

    /// Invokes the functions of a pool.
    init(
        resolver: FunctionResolver, router: InvocationRouter, pool: EnvironmentPool, events: EventQueue,
        metrics: Metrics, log: ServerLog
    ) {
        self.resolver = resolver
        self.router = router
        self.pool = pool
        self.events = events
        self.metrics = metrics
        self.log = log
    }

    /// Runs a function.
    ///
    /// - Parameters:
    ///   - stream: takes the response while it is written; `nil` for the whole response at once.
    ///   - complete: called once, on any thread, with the response, or the part that was not streamed, and the version
    ///     that ran.
    ///
    /// Source: *Invoke* in the Lambda API reference.
    func invoke(
        _ request: InvokeRequest, context: RequestContext, stream: (any InvocationStream)? = nil,
        _ complete: @escaping @Sendable (InvokeOutcome, FunctionVersion) -> Void
    ) {
        prepare(request, .requestResponse, context) { [self] prepared in
            do throws(ServiceError) {
                let (target, route, clientContext) = try prepared.get()
                let revision = route.choose(random: .random(in: 0..<1))
                pool.invoke(
                    Invocation(
                        requestID: request.requestID, revision: revision,
                        payload: request.payload.isEmpty ? Self.emptyEvent : request.payload,
                        invokedARN: target.arn.description, clientContext: clientContext,
                        traceID: try trace(request.traceID, to: revision), log: request.wantsLogTail ? .tail : .later,
                        stream: stream,
                        complete: { complete(InvokeOutcome($0), revision.version) }))
            } catch { complete(.refused(error), .latest) }
        }
    }

    /// Checks whether an invocation would be accepted: the `DryRun` of *Invoke*.
    func check(
        _ request: InvokeRequest, context: RequestContext, _ complete: @escaping @Sendable (ServiceError?) -> Void
    ) {
        prepare(request, .requestResponse, context) { prepared in
            if case .failure(let error) = prepared { complete(error) } else { complete(nil) }
        }
    }

    /// Queues an event, to run its function later: the `Event` of *Invoke*.
    ///
    /// - Parameter complete: called once, on any thread: with `nil` when the event is durable.
    ///
    /// Source: *Invoke* in the Lambda API reference.
    func accept(
        _ request: InvokeRequest, context: RequestContext, _ complete: @escaping @Sendable (ServiceError?) -> Void
    ) {
        prepare(request, .event, context) { [self] prepared in
            do throws(ServiceError) {
                let (target, _, clientContext) = try prepared.get()
                var attributes: [String: String] = [:]
                attributes[EventAttempt.clientContext] = clientContext
                attributes[EventAttempt.traceID] = request.traceID
                let event = NewEvent(
                    target: target.arn.description, requestID: request.requestID,
                    payload: request.payload.isEmpty ? Self.emptyEvent : request.payload, attributes: attributes,
                    acceptedMilliseconds: WallClock.nowMilliseconds())
                let meter = metrics.meter(of: target.function)
                events.accept(event) { acceptance in
                    switch acceptance {
                    case .stored:
                        meter.count(\.asyncEventsReceived)
                        complete(nil)
                    case .refused: complete(Self.notStored)
                    case .failed(let error): complete(ServiceError(ofStore: error, otherwise: .service))
                    }
                }
            } catch { complete(error) }
        }
    }

    private static let emptyEvent = Array("{}".utf8)
    private static let notStored = ServiceError(.service, "The event could not be stored; send it again.")

    /// Checks and authorizes a request, and finds its route. Policies call the action `lambda:InvokeFunction`, unlike
    /// the operation.
    private func prepare(
        _ request: InvokeRequest, _ type: InvocationType, _ context: RequestContext,
        _ found: @escaping @Sendable (Result<Prepared, ServiceError>) -> Void
    ) {
        do throws(ServiceError) {
            try check(payload: request.payload, type: type)
            let context = context.asking(for: "lambda:InvokeFunction")
            let target = try resolver.parse(request.functionName, request.qualifier, context)
            router.route(to: target, for: context) { [self] route in
                do throws(ServiceError) {
                    found(.success((target, try route.get(), try decodeClientContext(request.clientContext))))
                } catch { found(.failure(error)) }
            }
        } catch { found(.failure(error)) }
    }

    private typealias Prepared = (target: FunctionTarget, route: InvocationRoute, clientContext: String?)

    /// Refuses a payload that is too long or not JSON.
    private func check(payload: [UInt8], type: InvocationType) throws(ServiceError) {
        guard payload.count <= type.payloadBytes else {
            throw ServiceError(
                .requestTooLarge,
                "\(payload.count) byte payload is too large for the \(type.rawValue) invocation type (limit "
                    + "\(type.payloadBytes) bytes)")
        }
        guard !payload.isEmpty else { return }
        if let fault = payload.withUnsafeBytes({ JSONValidator.syntaxError(in: $0) }) {
            throw ServiceError(
                .invalidRequestContent,
                "Could not parse request body into json: Could not parse payload into json: \(fault)")
        }
    }

    /// Decodes a client context: JSON in base64, of 3 583 bytes at most.
    private func decodeClientContext(_ text: String?) throws(ServiceError) -> String? {
        guard let text, !text.isEmpty else { return nil }
        guard text.utf8.count <= LambdaLimits.clientContextBytes, let bytes = Base64.decode(text),
            bytes.withUnsafeBytes({ JSONValidator.isValid($0) })
        else {
            throw ServiceError(
                .invalidRequestContent,
                "Client context must be a valid Base64-encoded JSON object of at most "
                    + "\(LambdaLimits.clientContextBytes) bytes.")
        }
        // A header cannot carry line breaks, which JSON only has between its tokens.
        return String(decoding: bytes.map { $0 == 10 || $0 == 13 ? 32 : $0 }, as: UTF8.self)
    }
}
