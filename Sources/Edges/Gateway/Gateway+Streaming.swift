internal import Domain
internal import Glibc
package import HTTP
internal import ServiceKit
internal import SignatureV4
internal import Synchronization

extension Gateway {
    /// The sink of a request's body; `nil` for one that the server gathers. These are the short ones: nearly all
    /// requests have one, and their route is found once, when they are complete. So are those of requests that will be
    /// refused.
    package func bodySink(for exchange: HTTPExchange) -> (any HTTPBodySink)? {
        guard !isShort(exchange) else { return nil }
        let target = RequestTarget(exchange.target)
        let scope = scope(exchange)
        let route = registry.dataPlaneRoute(for: target, method: exchange.method, signedFor: scope.service)
        guard let route, case .streamed(let limit, let receiver) = route.body,
            case .caller(let service) = route.authentication
        else { return gatheredBody(of: exchange) }
        let function = callerBehind(exchange.origin)
        guard function != nil || exchange.origin == 0 && isFromProgram(exchange) else { return nil }
        let head = exchange.signable
        let authenticator: Authenticator
        switch identity(of: function, scope, exchange) {
        case .known(let caller):
            guard scope.unknownRegion == nil else { return gatheredBody(of: exchange) }
            let receiver = receiver(exchange, context(of: caller, scope.region, exchange))
            return ArrivingBody(SignedBody(unverified: head), to: receiver, of: service, limit, self, route)
        case .signer(let verifier): authenticator = verifier
        }
        do throws(SignatureFault) {
            guard let head = try authenticator.verifyBeforeBody(head, service: service, nowSeconds: Int64(time(nil)))
            else { return gatheredBody(of: exchange) }
            exchange.orderQueryAsSigned()
            let receiver = receiver(exchange, context(of: head.caller, head.region, exchange))
            return ArrivingBody(head.takeBody(), to: receiver, of: service, limit, self, route)
        } catch {
            return nil  // Found again, and answered, when the body has been gathered or is too long.
        }
    }

    /// The sink of a body that a service reads as a whole; `nil` where it is so long, or of such a caller, that it is
    /// refused, and for functions, whose environments have limits of their own.
    private func gatheredBody(of exchange: HTTPExchange) -> GatheredBody? {
        guard exchange.origin == 0, let (limit, share) = admittedBody(of: exchange) else { return nil }
        return GatheredBody(limitBytes: limit, share: share, of: self)
    }

    /// The body of a request, where it is on the disk. Only before a response is sent, on the serving thread.
    func bodyOnDisk(_ exchange: HTTPExchange) -> GatheredBody? {
        (exchange.sink as? GatheredBody).flatMap { $0.isOnDisk ? $0 : nil }
    }

    /// Responds to a request whose body was streamed.
    func finish(_ body: ArrivingBody, _ exchange: HTTPExchange) -> HTTPResponse? {
        run(exchange, body.route) {
            do throws(SignatureFault) { return try body.finish(exchange) } catch {
                return self.refusal(error, exchange, body.service)
            }
        }
    }
}

/// The body of one request on its way to its service.
final class ArrivingBody: HTTPBodySink {
    private struct Arrival: ~Copyable, Sendable {
        /// `nil` once the receiver knows how it ended.
        var body: SignedBody?
        var bytesLeft: Int

        mutating func finish() throws(SignatureFault) -> [ChunkStream.Trailer] {
            guard let body = body.take() else { return [] }
            return try body.finish()
        }
    }

    let route: DataPlaneRoute
    let service: String
    private let receiver: any ContentReceiver
    private let gateway: Gateway
    private let arrival: Mutex<Arrival>

    init(
        _ body: consuming SignedBody, to receiver: any ContentReceiver, of service: String, _ limitBytes: Int,
        _ gateway: Gateway, _ route: DataPlaneRoute
    ) {
        arrival = Mutex(Arrival(body: body, bytesLeft: limitBytes))
        self.receiver = receiver
        self.service = service
        self.gateway = gateway
        self.route = route
    }

    /// A request may be over in many ways; its exchange forgets the sink in all of them.
    deinit {
        if arrival.withLock({ $0.body != nil }) { receiver.discard() }
    }

    func receive(_ bytes: UnsafeRawBufferPointer, from exchange: HTTPExchange) -> HTTPBodyAcceptance {
        // Chunks may be tiny, but a receiver that pauses gets no further piece.
        var content: [UInt8] = []
        content.reserveCapacity(bytes.count)
        do throws(SignatureFault) {
            let isTooLong = try arrival.withLock { arrival throws(SignatureFault) in
                try arrival.body?.receive(bytes) { content += $0 }
                arrival.bytesLeft -= content.count
                return arrival.bytesLeft < 0
            }
            if isTooLong { return refuse(gateway.responseForLongContent(exchange, service)) }
        } catch {
            return refuse(gateway.refusal(error, exchange, service))
        }
        guard !content.isEmpty else { return .more }
        switch content.withUnsafeBytes({ receiver.receive($0, from: exchange) }) {
        case .more: return .more
        case .pause: return .pause
        case .refuse(let response): return refuse(response)
        }
    }

    func didDisconnect() {}

    /// Verifies the complete body, and lets its service respond.
    func finish(_ exchange: HTTPExchange) throws(SignatureFault) -> HTTPResponse? {
        do throws(SignatureFault) {
            let trailers = try arrival.withLock { arrival throws(SignatureFault) in try arrival.finish() }
            return receiver.finish(exchange, trailers: trailers)
        } catch {
            receiver.discard()
            throw error
        }
    }

    private func refuse(_ response: HTTPResponse) -> HTTPBodyAcceptance {
        arrival.withLock { $0.body = nil }
        receiver.discard()
        return .answer(response)
    }
}

extension DataPlaneRoute {
    /// Responds to a request whose body was gathered.
    func respond(
        to exchange: HTTPExchange, _ context: RequestContext, trailers: [ChunkStream.Trailer] = []
    ) -> HTTPResponse? {
        switch body {
        case .whole(let respond): return respond(exchange, context)
        case .streamed(_, let receiver):
            let receiver = receiver(exchange, context)
            if !exchange.body.isEmpty,
                case .refuse(let response) = exchange.body.withUnsafeBytes({ receiver.receive($0, from: exchange) })
            {
                receiver.discard()
                return response
            }
            return receiver.finish(exchange, trailers: trailers)
        }
    }
}
