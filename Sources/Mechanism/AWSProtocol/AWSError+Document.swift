/// What the protocols share of errors.
extension AWSError {
    /// The members of its document apart from its name and message.
    var fields: [WireEntry] {
        let described = schema?.members ?? []
        return details.sorted { $0.key < $1.key }.compactMap { name, value in
            let member = described.first { $0.name == name }
            guard member?.location ?? .body == .body, value != .null else { return nil }
            return WireEntry(name: member?.wireName ?? name, value: value, schema: member?.schema)
        }
    }

    /// Its headers: those that the model says of its members, and the delay before a retry.
    var headers: [AWSHeader] {
        var headers: [AWSHeader] = []
        if let schema {
            headers = ResponseEncoder.headers(of: .structure(details), as: schema)
        }
        if let retryAfterSeconds { headers.append(AWSHeader("Retry-After", String(retryAfterSeconds))) }
        return headers
    }

    /// The members of the document in protocols where it names the error (Smithy, awsJson and rpcV2Cbor).
    func documentFields(of service: ServiceModel?) -> [WireEntry] {
        var all = [WireEntry(name: "__type", value: .string(typeName(in: service)), schema: nil)]
        if !message.isEmpty { all.append(WireEntry(name: messageKey, value: .string(message), schema: nil)) }
        return all + fields
    }

    /// The name of its type: with its namespace where the service's errors have one. What is not in the model comes
    /// from the framework in front of AWS's services, which has namespaces of its own.
    private func typeName(in service: ServiceModel?) -> String {
        guard let namespace = service?.errorNamespace else { return name }
        if schema != nil { return "\(namespace)#\(name)" }
        let layer = name == "ValidationException" ? "validate" : "service"
        return "com.amazon.coral.\(layer)#\(name)"
    }

    /// Its name for clients of the service's former query protocol, and who is at fault (Smithy, awsQueryCompatible).
    func queryHeaders(of service: ServiceModel?) -> [AWSHeader] {
        guard queryCode != nil || service?.isQueryCompatible ?? false else { return [] }
        return [AWSHeader("x-amzn-query-error", "\(queryCode ?? name);\(queryFault)")]
    }

    /// Who is at fault, in the words of the query protocol.
    var queryFault: String { isServerFault ? "Receiver" : "Sender" }

    /// Whether the service is at fault, not the caller.
    private var isServerFault: Bool { fault.map { $0 == .server } ?? (status >= 500) }
}
