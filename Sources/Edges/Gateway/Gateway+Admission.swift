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
}

extension Gateway {
    /// The longest body that is read before the caller is known, in bytes. Every service reads as much.
    private static let anonymousBodyBytes = 65_536

    /// Whether the access keys have to be read before it is known whether the body of a request is.
    package func needsPreparation(for exchange: HTTPExchange) -> Bool {
        guard authenticator != nil, exchange.origin == 0, !isShort(exchange), !claims.hasCurrentKeys else {
            return false
        }
        return keyQueue.submit {
            self.claims.refreshKeys()
            exchange.didPrepare()
        }
    }

    /// The longest body that is read of a request, in bytes.
    package func bodyLimitBytes(for exchange: HTTPExchange) -> Int {
        // Nearly all requests: saves the search for their service.
        if isShort(exchange) { return Self.anonymousBodyBytes }
        let limit = registry.requestLimitBytes(of: service(of: exchange))
        guard let authenticator, exchange.origin == 0 else { return limit }
        return fault(authenticator, exchange) == nil ? limit : Self.anonymousBodyBytes
    }

    /// Lambda's error for a request that is longer, in the protocol of the service that it is for.
    package func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse {
        if let authenticator, exchange.origin == 0, let fault = fault(authenticator, exchange) {
            return refusal(fault, exchange, nil)
        }
        let service = service(of: exchange)
        let target = RequestTarget(exchange.target)
        let request = AWSRequest(
            method: exchange.method, rawPath: String(target.path), rawQuery: String(target.query))
        let operation = registry[service]?.operationName(of: request).map { " for the \($0) operation" } ?? ""
        let message = "Request must be smaller than \(registry.requestLimitBytes(of: service)) bytes\(operation)"
        let error = AWSError("RequestEntityTooLargeException", status: 413, message: message, fault: .user)
        return registry.response(error, of: service)
    }

    /// The service that a request is signed for, or the assumed one.
    func service(of exchange: HTTPExchange) -> String { scope(exchange).service ?? registry.assumed }

    /// Whether the request may be from a program. A web page has no key to sign with, so a server that requires
    /// signatures may have any host name.
    func isFromProgram(_ exchange: HTTPExchange) -> Bool {
        BrowserGuard.admits(
            host: exchange.header("Host"), origin: exchange.header("Origin"),
            fetchSite: exchange.header("Sec-Fetch-Site"), allowsNames: authenticator != nil)
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

    /// A function acts as itself, regardless of its signature; other callers as the identity that they prove or,
    /// without authentication, claim.
    private func admission(
        _ exchange: HTTPExchange, _ target: RequestTarget, _ scope: RequestScope, _ function: Caller?,
        _ service: String?
    ) throws(SignatureFault) -> Admission {
        guard let authenticator, function == nil else {
            let isUnsigned = scope.accessKeyID == nil && service == nil
            return admission(
                function ?? claimed(scope, exchange), scope.region,
                isUnsigned ? registry.name(ofUnsigned: target, exchange) : scope.service ?? registry.assumed, exchange)
        }
        let verified = try authenticator.verify(
            signable(exchange, target), body: exchange.body, service: service, nowSeconds: Int64(time(nil)))
        exchange.replaceBody(with: verified.body)
        return admission(verified.caller, verified.region, verified.service, exchange)
    }

    private func admission(
        _ caller: Caller, _ region: Region, _ service: String, _ exchange: HTTPExchange
    ) -> Admission {
        Admission(context: context(of: caller, region, exchange), service: service)
    }

    /// The context of a caller's request.
    func context(of caller: Caller, _ region: Region, _ exchange: HTTPExchange) -> RequestContext {
        let endpoint = "http://\(exchange.header("Host") ?? "127.0.0.1")"
        var context = RequestContext(account: caller.account, region: region, endpoint: endpoint, caller: caller)
        context.log = log
        return context
    }

    /// The context of a request whose body has not arrived, by its head; `nil` for a request that will be refused.
    func contextBeforeBody(_ exchange: HTTPExchange) -> RequestContext? {
        if let function = callerBehind(exchange.origin) { return context(of: function, defaults.region, exchange) }
        guard exchange.origin == 0, isFromProgram(exchange) else { return nil }
        if let authenticator, fault(authenticator, exchange) != nil { return nil }
        let scope = scope(exchange)
        return context(of: claimed(scope, exchange), scope.region, exchange)
    }

    /// The identity that a request claims.
    private func claimed(_ scope: RequestScope, _ exchange: HTTPExchange) -> Caller {
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

    private func signable(_ exchange: HTTPExchange, _ target: RequestTarget) -> SignableRequest {
        SignableRequest(
            method: exchange.method, rawPath: String(target.path), rawQuery: String(target.query),
            headers: exchange.headers())
    }

    /// Whether the announced body is short enough to be read of any caller.
    func isShort(_ exchange: HTTPExchange) -> Bool {
        guard exchange.header("Transfer-Encoding") == nil else { return false }
        return exchange.header("Content-Length").flatMap { Int($0) } ?? 0 <= Self.anonymousBodyBytes
    }

    /// Why a request is refused before its body is read; `nil` if it is not.
    private func fault(_ authenticator: Authenticator, _ exchange: HTTPExchange) -> SignatureFault? {
        do throws(SignatureFault) {
            try authenticator.checkBeforeBody(
                signable(exchange, RequestTarget(exchange.target)), nowSeconds: Int64(time(nil)))
            return nil
        } catch {
            return error
        }
    }

    private func refusal(_ fault: SignatureFault, _ exchange: HTTPExchange, _ service: String?) -> HTTPResponse {
        let scope = scope(exchange)
        log.info(
            "A signature was refused",
            ["reason": .text("\(fault.kind)"), "service": .text(service ?? scope.service ?? registry.assumed)])
        // A form without a signature is for one of the services whose protocol sends forms.
        let assumed =
            scope.accessKeyID == nil && exchange.isForm ? registry.nameOfForms : scope.service ?? registry.assumed
        return fault.response(of: registry, service: service ?? assumed, requestID: RequestIdentifier.make())
    }
}
