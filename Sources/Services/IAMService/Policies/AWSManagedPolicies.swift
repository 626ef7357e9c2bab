internal import ServiceKit
internal import AWSProtocol
internal import Digest
internal import Domain
internal import IAMModel

/// AWS's own managed policies. Any name may be attached. The policies that Lambda functions usually use have their
/// statements; every other name has a document without statements.
///
/// Source: the AWS managed policy reference guide.
enum AWSManagedPolicies {
    /// The policies that *ListPolicies* returns: path and name, and the actions that they allow on every resource.
    private static let known: [String: [String]] = [
        "/service-role/AWSLambdaBasicExecutionRole": logs,
        "/service-role/AWSLambdaVPCAccessExecutionRole": logs + networkInterfaces,
        "/service-role/AWSLambdaENIManagementAccess": networkInterfaces,
        "/service-role/AWSLambdaSQSQueueExecutionRole": logs
            + ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        "/service-role/AWSLambdaKinesisExecutionRole": logs
            + [
                "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords",
                "kinesis:GetShardIterator", "kinesis:ListShards", "kinesis:ListStreams", "kinesis:SubscribeToShard",
            ],
        "/service-role/AWSLambdaDynamoDBExecutionRole": logs
            + [
                "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
            ],
        "/service-role/AWSLambdaRole": ["lambda:InvokeFunction"],
        "/AWSLambdaExecute": ["logs:*", "s3:GetObject", "s3:PutObject"],
        "/AWSLambdaInvocation-DynamoDB": [
            "lambda:InvokeFunction", "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        ],
        "/AWSLambda_FullAccess": ["lambda:*", "iam:PassRole", "logs:DescribeLogGroups"],
        "/AWSLambda_ReadOnlyAccess": ["lambda:Get*", "lambda:List*"],
        "/AWSXRayDaemonWriteAccess": [
            "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
            "xray:GetSamplingStatisticSummaries",
        ],
        "/AdministratorAccess": ["*"],
    ]

    private static let logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    private static let networkInterfaces = [
        "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
        "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
    ]

    /// One date for all; the dates of AWS's own policies differ. It is before any role here was made.
    private static let created = Timestamp(secondsSinceEpoch: 1_428_624_000)

    /// The policies that *ListPolicies* returns, by name.
    static var listed: [PolicyARN] {
        known.keys.compactMap { PolicyARN("arn:aws:iam::aws:policy\($0)") }.sorted { $0.name < $1.name }
    }

    /// The description and document of a policy of AWS.
    static func document(_ arn: PolicyARN) -> ManagedPolicyDocument {
        let policy = IAM.Policy(
            policyName: arn.name,
            policyId: AccessKeyText.entityID("ANPA", SHA256Digest(hashing: Array(arn.description.utf8)).bytes),
            arn: arn.description, path: arn.path, createDate: created)
        return ManagedPolicyDocument(policy: policy, text: text(known[arn.path + arn.name] ?? []))
    }

    private static func text(_ actions: [String]) -> String {
        let list = actions.map { "\"\($0)\"" }.joined(separator: ",")
        let statement = #"{"Effect":"Allow","Action":[\#(list)],"Resource":"*"}"#
        return #"{"Version":"2012-10-17","Statement":[\#(actions.isEmpty ? "" : statement)]}"#
    }
}
