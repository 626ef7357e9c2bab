internal import AWSProtocol
internal import Domain
internal import Glibc
package import HTTP
internal import LinuxSystem
internal import ServiceKit
internal import SignatureV4

/// An authenticated request: its caller, and the service that it is for.
struct Admission {
    let context: RequestContext
    /// The service's name, such as `lambda`.
    let service: String
    /// The headers behind the last chunk of the body.
    let trailers: [ChunkStream.Trailer]
}

extension Gateway {
    /// The longest body that is read before the caller is known, in bytes. Every service reads as much.
    private static let anonymousBodyBytes = 65_536

    /// Whether the access keys have to be read before it is known whether the body of a request is.
    package func needsPreparation(for exchange: HTTPExchange) -> Bool {
        guard exchange.origin == 0, !isShort(exchange), !claims.hasCurrentKeys else { return false }
        return keyQueue.submit {
            self.claims.refreshKeys()
            exchange.didPrepare()
        }
    }

    /// The longest body that is read of a request, in bytes.
    package func bodyLimitBytes(for exchange: HTTPExchange) -> Int {
        // Nearly all requests: saves the search for their service. Longer bodies of clients have sinks, unless they are
        // refused.
        if isShort(exchange) || exchange.origin == 0 { return Self.anonymousBodyBytes }
        return registry.requestLimitBytes(of: service(of: exchange))
    }

    /// How long the body of a client's request may be, and whose it is; `nil` where the request is refused.
    func admittedBody(of exchange: HTTPExchange) -> (limitBytes: Int, share: BodyBudget.Share)? {
        let limit = registry.requestLimitBytes(of: service(of: exchange))
        let announced = exchange.header("Content-Length").flatMap { Int($0) } ?? 0
        guard isFromProgram(exchange), announced <= limit else { return nil }
        let account = claimed(scope(exchange), exchange).account
        guard let authenticator else { return (limit, BodyBudget.Share(account: account, isVerified: true)) }
        do throws(SignatureFault) {
            let isVerified = try authenticator.checkBeforeBody(exchange.signable, nowSeconds: Int64(time(nil)))
            return (limit, BodyBudget.Share(account: account, isVerified: isVerified))
        } catch {
            return nil  // Found again, and answered, as a body that is too long.
        }
    }

    /// Lambda's error for a request that is longer, in the protocol of the service that it is for.
    package func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse {
        guard exchange.origin != 0 || isFromProgram(exchange) else { return refuseBrowser(exchange) }
        let service = service(of: exchange)
        if let authenticator, exchange.origin == 0, let fault = fault(authenticator, exchange) {
            // The keys were read before: they are not current where they could not be.
            return claims.hasCurrentKeys
                ? refusal(fault, exchange, nil)
                : registry.response(to: exchange, of: service) { _ in Self.keysUnavailable }
        }
        let operation = registry[service]?.operationName(of: exchange.awsHead).map { " for the \($0) operation" } ?? ""
        let message = "Request must be smaller than \(registry.requestLimitBytes(of: service)) bytes\(operation)"
        let error = AWSError("RequestEntityTooLargeException", status: 413, message: message, fault: .user)
        return registry.response(to: exchange, of: service) { _ in error }
    }

    /// The error for an upload that is longer than its service takes.
    ///
    /// Source: "List of error codes" in the S3 API reference; other services have Lambda's error.
    func responseForLongContent(_ exchange: HTTPExchange, _ service: String) -> HTTPResponse {
        registry.response(to: exchange, of: service) { format in
            if case .restXML(_, wrapsErrors: false) = format {
                AWSError(
                    "EntityTooLarge", status: 400, message: "Your proposed upload exceeds the maximum allowed size")
            } else {
                AWSError(
                    "RequestEntityTooLargeException", status: 413, message: "The request is too large", fault: .user)
            }
        }
    }

    /// The service that a request is signed for, or the assumed one.
    func service(of exchange: HTTPExchange) -> String { scope(exchange).service ?? registry.assumed }

    /// Whether the request may be from a program. A web page has no key to sign with, so a server that requires
    /// signatures may have any host name.
    func isFromProgram(_ exchange: HTTPExchange) -> Bool {
        let headers = BrowserGuard.Headers(
            host: exchange.header("Host"), origin: exchange.header("Origin"),
            fetchSite: exchange.header("Sec-Fetch-Site"), acceptLanguage: exchange.header("Accept-Language"))
        return BrowserGuard.admits(headers, allowsNames: authenticator != nil)
    }

    /// Authenticates a request and passes it on, or responds with the reason for its refusal.
    ///
    /// - Parameters:
    ///   - scope: the credential scope of the request.
    ///   - function: the calling function, identified by its socket; `nil` for every other caller.
    ///   - service: the service that the request's path belongs to; `nil` where the request names it.
    func admitted(
        _ exchange: HTTPExchange, _ target: RequestTarget, _ scope: RequestScope, _ function: Caller?,
        for service: String?, _ body: (Admission) -> HTTPResponse?
    ) -> HTTPResponse? {
        do throws(SignatureFault) {
            return body(try admission(exchange, target, scope, function, service))
        } catch {
            return refusal(error, exchange, service)
        }
    }

    private func admission(
        _ exchange: HTTPExchange, _ target: RequestTarget, _ scope: RequestScope, _ function: Caller?,
        _ service: String?
    ) throws(SignatureFault) -> Admission {
        switch identity(of: function, scope, exchange) {
        case .known(let caller):
            if let region = scope.unknownRegion { throw .unknownRegion(region) }
            let isUnsigned = scope.accessKeyID == nil && service == nil
            return admission(
                caller, scope.region,
                isUnsigned ? registry.name(ofUnsigned: target, exchange) : scope.service ?? registry.assumed, exchange,
                exchange.hasChunks ? try SignedBody(unverified: exchange.signable).content(of: exchange.body) : nil)
        case .signer(let authenticator):
            let verified = try authenticator.verify(
                exchange.signable, body: exchange.body, service: service, nowSeconds: Int64(time(nil)))
            exchange.orderQueryAsSigned()
            return admission(verified.caller, verified.region, verified.service, exchange, verified.body)
        }
    }

    /// - Parameter content: The decoded body; `nil` where it is as it was sent.
    private func admission(
        _ caller: Caller, _ region: Region, _ service: String, _ exchange: HTTPExchange, _ content: SignedContent?
    ) -> Admission {
        if let content { exchange.replaceBody(with: content.bytes) }
        return Admission(
            context: context(of: caller, region, exchange), service: service, trailers: content?.trailers ?? [])
    }

    /// The context of a caller's request.
    func context(of caller: Caller, _ region: Region, _ exchange: HTTPExchange) -> RequestContext {
        let endpoint = "http://\(exchange.header("Host") ?? "127.0.0.1")"
        var context = RequestContext(account: caller.account, region: region, endpoint: endpoint, caller: caller)
        context.log = log
        return context
    }

    /// Who acts in a request.
    enum Identity {
        /// This caller; the signature is not asked for.
        case known(Caller)
        /// The one who signed it, whom this verifies.
        case signer(Authenticator)
    }

    /// A function acts as itself, regardless of its signature, or as the session of a role that it has assumed; other
    /// callers as the identity that they prove or, without authentication, claim.
    func identity(of function: Caller?, _ scope: RequestScope, _ exchange: HTTPExchange) -> Identity {
        let assumed = function.flatMap { session(assumedBy: $0, scope, exchange) }
        if let authenticator, function == nil || assumed != nil { return .signer(authenticator) }
        return .known(assumed ?? function ?? claimed(scope, exchange))
    }

    /// The session that a function's request claims; `nil` where it is the function's own, or none.
    private func session(assumedBy function: Caller, _ scope: RequestScope, _ exchange: HTTPExchange) -> Caller? {
        let caller = claimed(scope, exchange)
        guard case .assumedRole = caller.principal, caller != function else { return nil }
        return caller
    }

    /// The identity that a request claims.
    func claimed(_ scope: RequestScope, _ exchange: HTTPExchange) -> Caller {
        claims.caller(
            claiming: ClaimedIdentity(
                accessKeyID: scope.accessKeyID, sessionToken: exchange.header("X-Amz-Security-Token"),
                sourceARN: exchange.header("X-Amz-Source-Arn"),
                sourceAccount: exchange.header("X-Amz-Source-Account").flatMap { AccountID($0) }),
            otherwise: defaults.account, nowSeconds: Int64(time(nil)))
    }

    func scope(_ exchange: HTTPExchange) -> RequestScope {
        RequestScope(authorization: exchange.header("Authorization"), target: exchange.target, defaults: defaults)
    }

    /// Whose share of the control plane's threads a call takes.
    func share(of exchange: HTTPExchange) -> CallShare {
        guard exchange.origin == 0 else {
            return .functions(callerBehind(exchange.origin)?.account ?? defaults.account)
        }
        return .clients(claimed(scope(exchange), exchange).account)
    }

    /// Whether the announced body is short enough to be read of any caller.
    func isShort(_ exchange: HTTPExchange) -> Bool {
        guard exchange.header("Transfer-Encoding") == nil else { return false }
        return exchange.header("Content-Length").flatMap { Int($0) } ?? 0 <= Self.anonymousBodyBytes
    }

    /// Why a request is refused before its body is read; `nil` if it is not.
    private func fault(_ authenticator: Authenticator, _ exchange: HTTPExchange) -> SignatureFault? {
        do throws(SignatureFault) {
            _ = try authenticator.checkBeforeBody(exchange.signable, nowSeconds: Int64(time(nil)))
            return nil
        } catch {
            return error
        }
    }

    func refusal(_ fault: SignatureFault, _ exchange: HTTPExchange, _ service: String?) -> HTTPResponse {
        let scope = scope(exchange)
        log.info(
            "A signature was refused",
            ["reason": .text("\(fault.kind)"), "service": .text(service ?? scope.service ?? registry.assumed)])
        // A form without a signature is for one of the services whose protocol sends forms.
        let assumed =
            scope.accessKeyID == nil && exchange.isForm ? registry.nameOfForms : scope.service ?? registry.assumed
        return registry.response(to: exchange, of: service ?? assumed, fault.error)
    }
}

extension HTTPExchange {
    /// What a signature covers, apart from the body.
    var signable: SignableRequest {
        let target = RequestTarget(target)
        return SignableRequest(
            method: method, rawPath: String(target.path), rawQuery: String(target.query), headers: headers())
    }

    /// The signature is verified: lets the service see parameters of one name in the order that it covers.
    func orderQueryAsSigned() {
        let query = RequestTarget(target).query
        guard !query.isEmpty, let ordered = CanonicalRequest.signedOrder(of: String(query)) else { return }
        replaceQuery(with: ordered)
    }

    /// Whether the body has the coding `aws-chunked`.
    fileprivate var hasChunks: Bool { header("X-Amz-Content-SHA256")?.hasPrefix("STREAMING-") ?? false }
}
