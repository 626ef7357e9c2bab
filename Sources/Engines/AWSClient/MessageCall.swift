internal import AWSProtocol
public import HTTPClient

/// A message and the API call that sends it.
///
/// Sources: *SendMessage* in the SQS, *Publish* in the SNS, *PutEvents* in the EventBridge and *PutObject* in the S3
/// API reference.
public struct MessageCall: Sendable {
    /// The receiver.
    public var target: MessageTarget
    /// The message, which is UTF-8 text.
    public var body: [UInt8]
    /// Attributes of a message to a queue or a topic.
    public var attributes: [String: String] = [:]
    /// The properties of an event for an event bus.
    public var event: (source: String, detailType: String, resources: [String]) = ("", "", [])
    /// The X-Ray header of a message to a queue.
    public var traceHeader: String?
    /// The key of an object.
    public var key = ""

    /// Describes a message.
    public init(to target: MessageTarget, body: [UInt8]) {
        self.target = target
        self.body = body
    }

    /// The API call that sends the message.
    public var call: ServiceCall {
        switch target.service {
        case .sqs: sqs
        case .sns: sns
        case .events: events
        case .s3: s3
        }
    }

    /// Why the service has not accepted the message, as a message for operators; `nil` when it has.
    public func refusal(_ head: HTTPClientResponse, _ body: [UInt8]) -> String? {
        let text = String(decoding: body.prefix(500), as: UTF8.self)
        guard (200...299).contains(head.status) else {
            return "\(target.arn) answered with status \(head.status): \(text)"
        }
        // A body that is not JSON comes from another implementation, whose status is all there is to check.
        guard target.service == .events, let answer = try? JSON.decode(body),
            case .integer(let failed)? = answer["FailedEntryCount"], failed > 0
        else { return nil }
        return "\(target.arn) refused the event: \(text)"
    }

    private var text: String { String(decoding: body, as: UTF8.self) }

    private func json(_ operation: String, version: String, _ document: AWSValue) -> ServiceCall {
        var call = ServiceCall(service: target.service.rawValue)
        call.headers = [
            HTTPClientHeader("Content-Type", "application/x-amz-json-\(version)"),
            HTTPClientHeader("X-Amz-Target", operation),
        ]
        call.body = JSON.encode(document)
        return call
    }

    private var sqs: ServiceCall {
        let queue = "/\(target.account)/\(PercentEncoding.encode(target.resource))"
        func values(_ attributes: [String: String]) -> AWSValue {
            .structure(
                attributes.mapValues { value in
                    .structure([
                        "DataType": .string(Int(value) == nil ? "String" : "Number"), "StringValue": .string(value),
                    ])
                })
        }
        var document: [String: AWSValue] = ["QueueUrl": .string("http://sqs\(queue)"), "MessageBody": .string(text)]
        if !attributes.isEmpty { document["MessageAttributes"] = values(attributes) }
        if let traceHeader { document["MessageSystemAttributes"] = values(["AWSTraceHeader": traceHeader]) }
        return json("AmazonSQS.SendMessage", version: "1.0", .structure(document))
    }

    private var sns: ServiceCall {
        var fields = [
            ("Action", "Publish"), ("Version", "2010-03-31"), ("TopicArn", target.arn), ("Message", text),
        ]
        for (index, attribute) in attributes.sorted(by: { $0.key < $1.key }).enumerated() {
            let name = "MessageAttributes.entry.\(index + 1)"
            fields.append(("\(name).Name", attribute.key))
            fields.append(("\(name).Value.DataType", Int(attribute.value) == nil ? "String" : "Number"))
            fields.append(("\(name).Value.StringValue", attribute.value))
        }
        var call = ServiceCall(service: "sns")
        call.headers = [HTTPClientHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
        call.body = Array(fields.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&").utf8)
        return call
    }

    private var events: ServiceCall {
        let entry: [String: AWSValue] = [
            "Source": .string(event.source), "DetailType": .string(event.detailType),
            "Resources": .list(event.resources.map { .string($0) }), "Detail": .string(text),
            "EventBusName": .string(target.arn),
        ]
        return json("AWSEvents.PutEvents", version: "1.1", .structure(["Entries": .list([.structure(entry)])]))
    }

    private var s3: ServiceCall {
        var call = ServiceCall(service: "s3")
        call.method = "PUT"
        let key = key.split(separator: "/").map { PercentEncoding.encode(String($0)) }.joined(separator: "/")
        call.path = "/\(PercentEncoding.encode(target.resource))/\(key)"
        call.headers = [HTTPClientHeader("Content-Type", "application/json")]
        call.body = body
        return call
    }
}
