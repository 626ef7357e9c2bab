internal import ServiceKit
internal import Domain
internal import EventQueue
internal import LinuxSystem
internal import Telemetry

extension LambdaService {
    /// Takes an event in, to run its function later: the `Event` of *Invoke*. Does not block.
    ///
    /// - Parameter complete: Called once, on any thread: with `nil` when the event is on the disk.
    ///
    /// Source: *Invoke* in the Lambda API reference.
    func accept(
        _ request: InvokeRequest, context: RequestContext,
        _ complete: @escaping @Sendable (ServiceError?) -> Void
    ) {
        do throws(ServiceError) {
            try check(payload: request.payload, type: .event)
            let target = try resolve(request, context)
            _ = try route(to: target)
            var attributes: [String: String] = [:]
            attributes[EventAttempt.clientContext] = try decodeClientContext(request.clientContext)
            attributes[EventAttempt.traceID] = request.traceID
            let event = NewEvent(
                target: target.arn.description, requestID: request.requestID,
                payload: request.payload.isEmpty ? Array("{}".utf8) : request.payload, attributes: attributes,
                acceptedMilliseconds: WallClock.nowMilliseconds())
            let meter = metrics.meter(of: target.function)
            events.accept(event) { isAccepted in
                if isAccepted { meter.count(\.asyncEventsReceived) }
                complete(isAccepted ? nil : ServiceError(.service, "The event could not be stored; send it again."))
            }
        } catch {
            complete(error)
        }
    }
}
