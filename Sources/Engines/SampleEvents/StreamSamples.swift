/// Records of streams and logs.
enum StreamSamples {
    static let all = [
        SampleEvent(
            "cloudwatch-logs", "Log events of a subscription filter, as base64 of gzip",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html",
            #"""
            {
              "awslogs": {
                "data": "H4sIAAAAAAACA52QQWvDMAyF/4oxO7bYcdJm7S1Qr5eVQZJbCMNJ1NYQ28F2Vkrpf5+6sR12nE7S0+N7SDdqIAR1gvo\#
            6Ad3SXVEX7wdZVcVe0gV1Fwse5USk2WqdP294IlAe3Wnv3TzhhqlLYKMy3aCYuS6Ps+2jdvbbVEUPyqBLcLFmPGVcsObptahlVbf8F6q\#
            6foDj3xkRYe5C7/X0IL7oMYIPdNtQ8N5h135lyA+w8SHfqB4wKs35fyrBuKjxGVEZvCvJc5FlYpNyseKLnychvpFl+Va2JJ6BOD+AJ2c\#
            ViHVERzD03t4/AZTK/C1SAQAA"
              }
            }
            """#),
        SampleEvent(
            "dynamodb", "An item's insertion, change and removal in DynamoDB Streams",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html",
            #"""
            {
              "Records": [
                {
                  "eventID": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
                  "eventName": "INSERT",
                  "eventVersion": "1.1",
                  "eventSource": "aws:dynamodb",
                  "awsRegion": "us-east-1",
                  "dynamodb": {
                    "ApproximateCreationDateTime": 1772442930,
                    "Keys": {"Id": {"N": "1001"}},
                    "NewImage": {
                      "Id": {"N": "1001"},
                      "Item": {"S": "tea"},
                      "Quantity": {"N": "2"}
                    },
                    "SequenceNumber": "100000000000000000001",
                    "SizeBytes": 28,
                    "StreamViewType": "NEW_AND_OLD_IMAGES"
                  },
                  "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/Orders/stream/2026-03-01T08:00:00\#
            .000"
                },
                {
                  "eventID": "1a2b3c4d5e6f708192a3b4c5d6e7f809",
                  "eventName": "MODIFY",
                  "eventVersion": "1.1",
                  "eventSource": "aws:dynamodb",
                  "awsRegion": "us-east-1",
                  "dynamodb": {
                    "ApproximateCreationDateTime": 1772442930,
                    "Keys": {"Id": {"N": "1001"}},
                    "NewImage": {
                      "Id": {"N": "1001"},
                      "Item": {"S": "tea"},
                      "Quantity": {"N": "3"}
                    },
                    "OldImage": {
                      "Id": {"N": "1001"},
                      "Item": {"S": "tea"},
                      "Quantity": {"N": "2"}
                    },
                    "SequenceNumber": "100000000000000000002",
                    "SizeBytes": 50,
                    "StreamViewType": "NEW_AND_OLD_IMAGES"
                  },
                  "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/Orders/stream/2026-03-01T08:00:00\#
            .000"
                },
                {
                  "eventID": "2b3c4d5e6f708192a3b4c5d6e7f8091a",
                  "eventName": "REMOVE",
                  "eventVersion": "1.1",
                  "eventSource": "aws:dynamodb",
                  "awsRegion": "us-east-1",
                  "dynamodb": {
                    "ApproximateCreationDateTime": 1772442930,
                    "Keys": {"Id": {"N": "1001"}},
                    "OldImage": {
                      "Id": {"N": "1001"},
                      "Item": {"S": "tea"},
                      "Quantity": {"N": "3"}
                    },
                    "SequenceNumber": "100000000000000000003",
                    "SizeBytes": 28,
                    "StreamViewType": "NEW_AND_OLD_IMAGES"
                  },
                  "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/Orders/stream/2026-03-01T08:00:00\#
            .000"
                }
              ]
            }
            """#),
        SampleEvent(
            "firehose", "A record that Data Firehose has a function transform",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesisfirehose.html",
            #"""
            {
              "invocationId": "6d1c8e2f-0b7a-4953-a6d4-c3b2a1f0e9d8",
              "deliveryStreamArn": "arn:aws:firehose:us-east-1:123456789012:deliverystream/orders",
              "region": "us-east-1",
              "records": [
                {
                  "recordId": "49590338271490256608559692538361571095921575989136588898000000",
                  "approximateArrivalTimestamp": 1772442930250,
                  "data": "eyJvcmRlcklkIjoiMTAwMSIsIml0ZW0iOiJ0ZWEiLCJxdWFudGl0eSI6Mn0="
                }
              ]
            }
            """#),
        SampleEvent(
            "kafka", "A record of a Kafka cluster of your own",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/with-kafka.html",
            #"""
            {
              "eventSource": "aws:SelfManagedKafka",
              "bootstrapServers": "kafka-1.example.com:9092,kafka-2.example.com:9092",
              "records": {
                "orders-0": [
                  {
                    "topic": "orders",
                    "partition": 0,
                    "offset": 15,
                    "timestamp": 1772442930250,
                    "timestampType": "CREATE_TIME",
                    "key": "MTAwMQ==",
                    "value": "eyJvcmRlcklkIjoiMTAwMSIsIml0ZW0iOiJ0ZWEiLCJxdWFudGl0eSI6Mn0=",
                    "headers": [{"priority": [104, 105, 103, 104]}]
                  }
                ]
              }
            }
            """#),
        SampleEvent(
            "kinesis", "A record of a Kinesis data stream",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html",
            #"""
            {
              "Records": [
                {
                  "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": "1001",
                    "sequenceNumber": "49590338271490256608559692538361571095921575989136588898",
                    "data": "eyJvcmRlcklkIjoiMTAwMSIsIml0ZW0iOiJ0ZWEiLCJxdWFudGl0eSI6Mn0=",
                    "approximateArrivalTimestamp": 1772442930.25
                  },
                  "eventSource": "aws:kinesis",
                  "eventVersion": "1.0",
                  "eventID": "shardId-000000000000:49590338271490256608559692538361571095921575989136588898",
                  "eventName": "aws:kinesis:record",
                  "invokeIdentityArn": "arn:aws:iam::123456789012:role/my-function",
                  "awsRegion": "us-east-1",
                  "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/orders"
                }
              ]
            }
            """#),
        SampleEvent(
            "msk", "A record of a Kafka topic in Amazon MSK",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html",
            #"""
            {
              "eventSource": "aws:kafka",
              "eventSourceArn": "arn:aws:kafka:us-east-1:123456789012:cluster/orders/4e5f6a7b-8c9d-4e0f-a1b2-c3d4e5f\#
            60718-1",
              "bootstrapServers": "b-1.orders.a1b2c3.c1.kafka.us-east-1.amazonaws.com:9092,b-2.orders.a1b2c3.c1.kafk\#
            a.us-east-1.amazonaws.com:9092",
              "records": {
                "orders-0": [
                  {
                    "topic": "orders",
                    "partition": 0,
                    "offset": 15,
                    "timestamp": 1772442930250,
                    "timestampType": "CREATE_TIME",
                    "key": "MTAwMQ==",
                    "value": "eyJvcmRlcklkIjoiMTAwMSIsIml0ZW0iOiJ0ZWEiLCJxdWFudGl0eSI6Mn0=",
                    "headers": [{"priority": [104, 105, 103, 104]}]
                  }
                ]
              }
            }
            """#),
    ]
}
