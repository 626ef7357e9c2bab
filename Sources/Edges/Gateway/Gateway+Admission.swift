internal import AWSProtocol
internal import Domain
internal import Glibc
package import HTTP
internal import ServiceKit
internal import SignatureV4

/// A request that may come in: who calls, and what for.
struct Admission {
    let context: RequestContext
    /// The service that the request is for, such as `lambda`.
    let service: String
}

extension Gateway {
    /// Longer bodies than this are only read for callers that are known. Every service reads as much.
    private static let strangersBodyBytes = 65_536

    /// What a service reads of a request at most.
    package func bodyLimitBytes(for exchange: HTTPExchange) -> Int {
        // Nearly all requests; which service they are for need not be found out for that.
        if isShort(exchange) { return Self.strangersBodyBytes }
        let limit = registry.requestLimitBytes(of: scope(exchange).service)
        guard let authenticator, exchange.origin == 0 else { return limit }
        return fault(authenticator, exchange) == nil ? limit : Self.strangersBodyBytes
    }

    /// Lambda's answer to a request that is longer, as the service that was meant would write it.
    package func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse {
        if let authenticator, exchange.origin == 0, let fault = fault(authenticator, exchange) {
            return refusal(fault, exchange, nil)
        }
        let service = scope(exchange).service
        let target = RequestTarget(exchange.target)
        let request = AWSRequest(
            method: exchange.method, rawPath: String(target.path), rawQuery: String(target.query))
        let operation = registry[service]?.operationName(of: request).map { " for the \($0) operation" } ?? ""
        let message = "Request must be smaller than \(registry.requestLimitBytes(of: service)) bytes\(operation)"
        let error = AWSError("RequestEntityTooLargeException", status: 413, message: message, fault: .user)
        return registry.response(error, of: service)
    }

    /// Whether the request may be from a program. A web page has no key to sign with, so where requests are signed the
    /// server may have any name.
    func isFromProgram(_ exchange: HTTPExchange) -> Bool {
        BrowserGuard.admits(
            host: exchange.header("Host"), origin: exchange.header("Origin"),
            fetchSite: exchange.header("Sec-Fetch-Site"), allowsNames: authenticator != nil)
    }

    /// Lets a request in to what it is for, or answers why not.
    ///
    /// - Parameters:
    ///   - function: the function that calls, which its socket vouches for; `nil` for everybody else.
    ///   - service: the service that the request's path belongs to; `nil` where the request itself says that.
    func admitted(
        _ exchange: HTTPExchange, _ target: RequestTarget, _ function: Caller?, for service: String?,
        _ body: (Admission) -> HTTPResponse?
    ) -> HTTPResponse? {
        do throws(SignatureFault) {
            return body(try admission(exchange, target, function, service))
        } catch {
            return refusal(error, exchange, service)
        }
    }

    /// A function acts as itself, whatever it signs with; others as who they are, or say they are.
    private func admission(
        _ exchange: HTTPExchange, _ target: RequestTarget, _ function: Caller?, _ service: String?
    ) throws(SignatureFault) -> Admission {
        guard let authenticator, function == nil else {
            let scope = scope(exchange)
            let isUnsigned = scope.accessKeyID == nil && service == nil
            return admission(
                function ?? claimed(scope, exchange), scope.region,
                isUnsigned ? registry.name(ofUnsigned: target, exchange) : scope.service, exchange)
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
        return RequestContext(account: caller.account, region: region, endpoint: endpoint, caller: caller)
    }

    /// The context of a request whose body has not arrived, as far as its head is genuine; `nil` for a request that
    /// will be refused.
    func contextBeforeBody(_ exchange: HTTPExchange) -> RequestContext? {
        if let function = callerBehind(exchange.origin) { return context(of: function, defaults.region, exchange) }
        guard exchange.origin == 0, isFromProgram(exchange) else { return nil }
        if let authenticator, fault(authenticator, exchange) != nil { return nil }
        let scope = scope(exchange)
        return context(of: claimed(scope, exchange), scope.region, exchange)
    }

    /// Who a request says that it is from.
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

    /// Whether the body is announced as short enough for anybody's.
    private func isShort(_ exchange: HTTPExchange) -> Bool {
        guard exchange.header("Transfer-Encoding") == nil else { return false }
        return exchange.header("Content-Length").flatMap { Int($0) } ?? 0 <= Self.strangersBodyBytes
    }

    /// What can be said against a request before its body is there.
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
        // A form without a signature is for one of the services whose protocol sends forms.
        let assumed = scope.accessKeyID == nil && exchange.isForm ? registry.nameOfForms : scope.service
        return fault.response(of: registry, service: service ?? assumed, requestID: RequestIdentifier.make())
    }
}
