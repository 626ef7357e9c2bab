internal import AWSProtocol
internal import Domain
internal import HTTP
package import ServiceKit

/// The services, found by a request's properties: the name that it is signed for, its target header, its host, the
/// API version of a form, or an operation's path.
package struct ServiceRegistry: Sendable {
    /// All services, in the order in which they are asked.
    let services: [any Service]
    /// The names of the APIs, as in credential scopes.
    let names: [String]
    private let apis: [String: ServiceAPI]
    /// The API of requests that nothing else identifies: the first of the first service.
    let assumed: String

    /// Registers services. The first one answers requests that nothing identifies.
    package init(_ services: [any Service]) {
        self.services = services
        let all = services.flatMap(\.apis)
        apis = Dictionary(all.map { ($0.model.name, $0) }) { first, _ in first }
        names = all.map(\.model.name)
        assumed = names.first ?? ""
    }

    /// The API of a name; `nil` for an unknown one.
    subscript(name: String) -> ServiceAPI? { apis[name] }

    /// The route of a data-plane request.
    ///
    /// - Parameter name: the service that the request is signed for, which decides before its path does; `nil` where it
    ///   is not signed. Routes that need no authentication take any request of their paths.
    func dataPlaneRoute(for target: RequestTarget, method: String, signedFor name: String?) -> DataPlaneRoute? {
        for service in services {
            guard let route = service.dataPlaneRoute(for: target, method: method) else { continue }
            guard case .caller(let api) = route.authentication, let name, name != api else { return route }
        }
        return nil
    }

    /// The longest request that an API reads, in bytes.
    func requestLimitBytes(of name: String) -> Int {
        (apis[name] ?? apis[assumed])?.requestLimitBytes ?? 0
    }

    /// The API of a request without a signature.
    func name(ofUnsigned target: RequestTarget, _ exchange: HTTPExchange) -> String {
        if let header = exchange.header("X-Amz-Target"), let name = name(ofTargetHeader: header) { return name }
        if let name = name(ofCBORPath: String(target.path)) { return name }
        if let host = exchange.header("Host"), let name = name(ofHost: host) { return name }
        guard target.path == "/" else { return name(ofPath: target, method: exchange.method) ?? assumed }
        let body = exchange.isForm ? String(decoding: exchange.body.prefix(longestFormBytes), as: UTF8.self) : ""
        return name(ofVersionIn: [String(target.query), body]) ?? assumed
    }

    /// `X-Amz-Target: PREFIX.Operation` (Smithy, awsJson1_0 and awsJson1_1).
    private func name(ofTargetHeader header: String) -> String? {
        name(ofTargetPrefix: String(header.prefix { $0 != "." }))
    }

    /// `/service/PREFIX/operation/OPERATION` (Smithy, rpcV2Cbor).
    private func name(ofCBORPath path: String) -> String? {
        CBORPath(path).flatMap { name(ofTargetPrefix: $0.service) }
    }

    private func name(ofTargetPrefix prefix: String) -> String? {
        apis.values.first { $0.model.targetPrefix == prefix }?.model.name
    }

    /// `SERVICE.us-east-1.amazonaws.com`, `SERVICE.localhost`.
    private func name(ofHost host: String) -> String? {
        let labels = host.prefix { $0 != ":" }.split(separator: ".")
        return labels.count > 1 ? labels.first.flatMap { apis[String($0)] }?.model.name : nil
    }

    /// The API of a form without a signature and without a known version.
    var nameOfForms: String { names.last { apis[$0]?.model.readsForms ?? false } ?? assumed }

    private var longestFormBytes: Int {
        apis.values.filter(\.model.readsForms).map(\.requestLimitBytes).max() ?? 0
    }

    /// `Version=2010-05-08` in a query or form (Smithy, awsQuery).
    private func name(ofVersionIn texts: [String]) -> String? {
        let versions = texts.flatMap { text in
            text.split(separator: "&").filter { $0.hasPrefix("Version=") }.map { $0.dropFirst("Version=".count) }
        }
        return apis.values.first { api in
            api.model.readsForms && versions.contains { $0 == api.model.apiVersion }
        }?.model.name
    }

    private func name(ofPath target: RequestTarget, method: String) -> String? {
        let request = AWSRequest(method: method, rawPath: String(target.path), rawQuery: String(target.query))
        // A path of S3 may be any, so those of the other services come first.
        let candidates = names.compactMap { apis[$0] }
        return [ServiceModel.isRestJSON, ServiceModel.isRestXML].lazy.compactMap { isOfKind in
            candidates.first { isOfKind($0.model) && $0.operationName(of: request) != nil }?.model.name
        }.first
    }

    /// An error that the gateway responds with, in the protocol of the request: that which it has the form of, or that
    /// of its service, which need not be implemented here.
    ///
    /// - Parameter error: makes the error, by the name that clients of the protocol know.
    func response(
        to exchange: HTTPExchange, of name: String, _ error: (ServiceModel.WireFormat) -> AWSError
    ) -> HTTPResponse {
        let requestID = RequestIdentifier.make()
        let head = exchange.awsHead
        let form = RequestForm(of: head)
        guard let api = apis[name] else {
            let format = ServiceProtocols.format(of: name, for: form)
            let error = error(format)
            var answer = format.answer(error, requestID: requestID)
            // The answer to HEAD has no document to say it.
            let name = "x-amzn-errortype"
            if exchange.method == "HEAD", !answer.headers.contains(where: { $0.name.lowercased() == name }) {
                answer.headers.append(AWSHeader(name, error.name))
            }
            return answer.http(requestID: requestID)
        }
        let error = error(api.model.wireFormat(for: form))
        return api.answer(error, to: head, requestID: requestID).http(requestID: requestID)
    }
}

extension HTTPExchange {
    /// Whether the body is an HTML form, as the query protocol sends it.
    var isForm: Bool { RequestForm(of: awsHead) == .form }

    /// The request without its body.
    var awsHead: AWSRequest {
        let target = RequestTarget(target)
        return AWSRequest(
            method: method, rawPath: String(target.path), rawQuery: String(target.query),
            headers: headers().map { AWSHeader($0.name, $0.value) })
    }
}

extension ServiceModel {
    /// Whether calls may be form parameters.
    fileprivate var readsForms: Bool {
        wireFormats.contains { format in
            switch format {
            case .query, .ec2: true
            case .restJSON, .restXML, .json, .cbor: false
            }
        }
    }

    fileprivate static func isRestJSON(_ model: ServiceModel) -> Bool { model.wireFormat == .restJSON }

    fileprivate static func isRestXML(_ model: ServiceModel) -> Bool {
        if case .restXML = model.wireFormat { true } else { false }
    }
}
