import AWSProtocol
import Testing

@testable import SampleEvents

@Suite struct SampleEventTests {
    @Test func `each sample is a JSON object with a name, a summary and a page of AWS's documentation`() throws {
        #expect(SampleEvent.all.count > 30)
        #expect(Set(SampleEvent.all.map(\.name)).count == SampleEvent.all.count)
        for sample in SampleEvent.all {
            guard case .object(let members) = try sample.document().tree else {
                Issue.record("\(sample.name) is no object")
                continue
            }
            #expect(!members.isEmpty)
            #expect(sample.name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") })
            #expect(sample.summary.count <= 75, "\(sample.summary)")
            #expect(sample.documentation.hasPrefix("https://docs.aws.amazon.com/"))
            #expect(SampleEvent.named(sample.name)?.summary == sample.summary)
        }
        #expect(SampleEvent.named("carrier-pigeon") == nil)
    }

    @Test func `all samples are of one account and one region`() throws {
        for sample in SampleEvent.all {
            let text = String(decoding: try sample.document().tree.bytes, as: UTF8.self)
            for arn in text.matches(of: /arn:aws:[a-z0-9-]+:([a-z0-9-]*):([0-9]*):/) {
                #expect(["us-east-1", ""].contains(arn.1), "\(sample.name): \(arn.0)")
                #expect(["123456789012", ""].contains(arn.2), "\(sample.name): \(arn.0)")
            }
            for region in text.matches(of: /(us|eu|ap|sa|ca)-[a-z]+-[0-9]/) {
                #expect(region.0 == "us-east-1", "\(sample.name)")
            }
        }
    }

    @Test(arguments: [
        ("sqs", "Records[0].body", #"{"a":1}"#, #""{\"a\":1}""#),
        ("sqs", "Records[0].attributes.MessageGroupId", "7", #""7""#),
        ("kinesis", "Records[0].kinesis.data", "aGk=", #""aGk=""#),
        ("dynamodb", "Records[0].dynamodb.NewImage.Quantity.N", "3", #""3""#),
        ("api-gateway-http", "queryStringParameters.limit", "7", #""7""#),
        ("api-gateway-rest", "requestContext.identity.accountId", "123456789012", #""123456789012""#),
        ("api-gateway-rest", "isBase64Encoded", "true", "true"),
        ("eventbridge", "detail.count", "7", "7"), ("eventbridge", "detail.state", "7", "7"),
        ("scheduler", "detail", #"{"a":1}"#, #""{\"a\":1}""#),
        ("iot", "device", "7", "7"), ("step-functions", "input", "[1]", "[1]"),
        ("cognito-pre-sign-up", "request.userAttributes.phone_number", "15550100", #""15550100""#),
    ])
    func `values keep the service's types`(name: String, path: String, text: String, value: String) throws {
        var event = try #require(SampleEvent.named(name)).document()
        let path = try EventPath(path)
        try event.set(path, to: text)
        #expect(event[path] == (try JSONTree(Array(value.utf8))))
    }
}
