/// What happens to objects.
enum StorageSamples {
    static let all = [
        SampleEvent(
            "s3-batch", "An object of an S3 Batch Operations job",
            documentation: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html",
            #"""
            {
              "invocationSchemaVersion": "1.0",
              "invocationId": "YW4gZXhhbXBsZSBvZiBhbiBpbnZvY2F0aW9u",
              "job": {"id": "9a8b7c6d-5e4f-4031-9223-344556677889"},
              "tasks": [
                {
                  "taskId": "YW4gZXhhbXBsZSBvZiBhIHRhc2s=",
                  "s3Key": "incoming/order+1001.json",
                  "s3VersionId": null,
                  "s3BucketArn": "arn:aws:s3:::example-orders"
                }
              ]
            }
            """#),
        SampleEvent(
            "s3-delete", "An object that was deleted from an S3 bucket",
            documentation: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html",
            #"""
            {
              "Records": [
                {
                  "eventVersion": "2.1",
                  "eventSource": "aws:s3",
                  "awsRegion": "us-east-1",
                  "eventTime": "2026-03-02T09:15:30.250Z",
                  "eventName": "ObjectRemoved:Delete",
                  "userIdentity": {"principalId": "AWS:AIDACKCEVSQ6C2EXAMPLE"},
                  "requestParameters": {"sourceIPAddress": "203.0.113.7"},
                  "responseElements": {
                    "x-amz-request-id": "C3D13FE58DE4C810",
                    "x-amz-id-2": "YW4gZXhhbXBsZSBvZiBhbiBleHRlbmRlZCByZXF1ZXN0IGlk"
                  },
                  "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": "orders",
                    "bucket": {
                      "name": "example-orders",
                      "ownerIdentity": {"principalId": "A3NL1KOZZKEXAMPLE"},
                      "arn": "arn:aws:s3:::example-orders"
                    },
                    "object": {
                      "key": "incoming/order+1001.json",
                      "sequencer": "0069A5555B0A2F3C77"
                    }
                  }
                }
              ]
            }
            """#),
        SampleEvent(
            "s3-put", "An object that was put into an S3 bucket",
            documentation: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html",
            #"""
            {
              "Records": [
                {
                  "eventVersion": "2.1",
                  "eventSource": "aws:s3",
                  "awsRegion": "us-east-1",
                  "eventTime": "2026-03-02T09:15:30.250Z",
                  "eventName": "ObjectCreated:Put",
                  "userIdentity": {"principalId": "AWS:AIDACKCEVSQ6C2EXAMPLE"},
                  "requestParameters": {"sourceIPAddress": "203.0.113.7"},
                  "responseElements": {
                    "x-amz-request-id": "C3D13FE58DE4C810",
                    "x-amz-id-2": "YW4gZXhhbXBsZSBvZiBhbiBleHRlbmRlZCByZXF1ZXN0IGlk"
                  },
                  "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": "orders",
                    "bucket": {
                      "name": "example-orders",
                      "ownerIdentity": {"principalId": "A3NL1KOZZKEXAMPLE"},
                      "arn": "arn:aws:s3:::example-orders"
                    },
                    "object": {
                      "key": "incoming/order+1001.json",
                      "size": 44,
                      "eTag": "3baaaa40ce2e5b30f8245fbf524c5b94",
                      "sequencer": "0069A5555240D1C0A1"
                    }
                  }
                }
              ]
            }
            """#),
    ]
}
