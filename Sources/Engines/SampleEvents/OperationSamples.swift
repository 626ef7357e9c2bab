/// Calls of services that build, deploy and look after resources.
enum OperationSamples {
    static let all = [
        SampleEvent(
            "cloudformation", "A custom resource that is to be created",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/services-cloudformation.html",
            free: [EventPath([.member("ResourceProperties")])],
            #"""
            {
              "RequestType": "Create",
              "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:my-function",
              "ResponseURL": "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/arn%3Aaws%3Ac\#
            loudformation%3Aus-east-1%3A123456789012%3Astack%2Forders%2F8e192a31-4c5d-46e7-b809-1a2b3c4d5e6f%7CTable\#
            %7C7d081920-3b4c-45d6-a7f8-091a2b3c4d5e?Signature=example",
              "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/orders/8e192a31-4c5d-46e7-b809-1a2b3c4\#
            d5e6f",
              "RequestId": "7d081920-3b4c-45d6-a7f8-091a2b3c4d5e",
              "LogicalResourceId": "Table",
              "ResourceType": "Custom::Table",
              "ResourceProperties": {
                "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:my-function",
                "TableName": "orders"
              }
            }
            """#),
        SampleEvent(
            "codecommit", "A push to a CodeCommit repository",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/services-codecommit.html",
            #"""
            {
              "Records": [
                {
                  "awsRegion": "us-east-1",
                  "codecommit": {
                    "references": [
                      {
                        "commit": "5e4d3c2b1a09f8e7d6c5b4a3928170f6e5d4c3b2",
                        "ref": "refs/heads/main"
                      }
                    ]
                  },
                  "eventId": "4ad5e6f7-0819-42a3-b4c5-d6e7f8091a2b",
                  "eventName": "ReferenceChanges",
                  "eventPartNumber": 1,
                  "eventSource": "aws:codecommit",
                  "eventSourceARN": "arn:aws:codecommit:us-east-1:123456789012:orders",
                  "eventTime": "2026-03-02T09:15:30.250+0000",
                  "eventTotalParts": 1,
                  "eventTriggerConfigId": "5be6f708-192a-43b4-85d6-e7f8091a2b3c",
                  "eventTriggerName": "my-function",
                  "eventVersion": "1.0",
                  "userIdentityARN": "arn:aws:iam::123456789012:user/ada"
                }
              ]
            }
            """#),
        SampleEvent(
            "codepipeline", "A job of a CodePipeline action",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/services-codepipeline.html",
            #"""
            {
              "CodePipeline.job": {
                "id": "6cf70819-2a3b-44c5-96e7-f8091a2b3c4d",
                "accountId": "123456789012",
                "data": {
                  "actionConfiguration": {
                    "configuration": {
                      "FunctionName": "my-function",
                      "UserParameters": "{\"stage\":\"test\"}"
                    }
                  },
                  "inputArtifacts": [
                    {
                      "name": "Source",
                      "revision": null,
                      "location": {
                        "type": "S3",
                        "s3Location": {
                          "bucketName": "example-pipeline-artifacts",
                          "objectKey": "orders/Source/a1B2c3D"
                        }
                      }
                    }
                  ],
                  "outputArtifacts": [
                    {
                      "name": "Report",
                      "revision": null,
                      "location": {
                        "type": "S3",
                        "s3Location": {
                          "bucketName": "example-pipeline-artifacts",
                          "objectKey": "orders/Report/e4F5g6H"
                        }
                      }
                    }
                  ],
                  "artifactCredentials": {
                    "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
                    "secretAccessKey": "an-example",
                    "sessionToken": "an-example",
                    "expirationTime": 1772446530250
                  }
                }
              }
            }
            """#),
        SampleEvent(
            "config", "A changed resource that a Config rule evaluates",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/services-config.html",
            #"""
            {
              "invokingEvent": "{\"configurationItem\":{\"configurationItemCaptureTime\":\"2026-03-02T09:15:30.250Z\\#
            ",\"awsAccountId\":\"123456789012\",\"configurationItemStatus\":\"OK\",\"resourceId\":\"i-0123456789abcd\#
            ef0\",\"ARN\":\"arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abcdef0\",\"awsRegion\":\"us-eas\#
            t-1\",\"availabilityZone\":\"us-east-1a\",\"resourceType\":\"AWS::EC2::Instance\",\"tags\":{\"team\":\"o\#
            rders\"},\"relationships\":[],\"configuration\":{\"instanceType\":\"t3.micro\"}},\"messageType\":\"Confi\#
            gurationItemChangeNotification\"}",
              "ruleParameters": "{\"instanceType\":\"t3.micro\"}",
              "resultToken": "an-example",
              "eventLeftScope": false,
              "executionRoleArn": "arn:aws:iam::123456789012:role/config",
              "configRuleArn": "arn:aws:config:us-east-1:123456789012:config-rule/config-rule-a1b2c3",
              "configRuleName": "instance-types",
              "configRuleId": "config-rule-a1b2c3",
              "accountId": "123456789012",
              "version": "1.0"
            }
            """#),
        SampleEvent(
            "secrets-manager", "A step of a secret's rotation",
            documentation: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda.html",
            #"""
            {
              "Step": "createSecret",
              "SecretId": "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders/database-a1B2c3",
              "ClientRequestToken": "9f2a3b4c-5d6e-47f8-8a9b-0c1d2e3f4051",
              "RotationToken": "a03b4c5d-6e7f-4809-9bac-1d2e3f405162"
            }
            """#),
    ]
}
