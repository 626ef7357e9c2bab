/// Messages of queues, topics, brokers and mailboxes.
enum MessageSamples {
    static let all = [
        SampleEvent(
            "activemq", "A message of an ActiveMQ queue (Amazon MQ)",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html",
            #"""
            {
              "eventSource": "aws:amq",
              "eventSourceArn": "arn:aws:mq:us-east-1:123456789012:broker:orders:b-1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4\#
            e5f",
              "messages": [
                {
                  "messageID": "ID:b-1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f-1.mq.us-east-1.amazonaws.com-40211-1772442\#
            930250-4:1:1:1:1",
                  "messageType": "jms/text-message",
                  "data": "eyJvcmRlcklkIjoiMTAwMSIsIml0ZW0iOiJ0ZWEiLCJxdWFudGl0eSI6Mn0=",
                  "connectionId": "ID:producer-1",
                  "redelivered": false,
                  "destination": {"physicalName": "orders"},
                  "timestamp": 1772442930250,
                  "brokerInTime": 1772442930250,
                  "brokerOutTime": 1772442930251
                }
              ]
            }
            """#),
        SampleEvent(
            "rabbitmq", "A message of a RabbitMQ queue (Amazon MQ)",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html",
            #"""
            {
              "eventSource": "aws:rmq",
              "eventSourceArn": "arn:aws:mq:us-east-1:123456789012:broker:orders:b-1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4\#
            e5f",
              "rmqMessagesByQueue": {
                "orders::/": [
                  {
                    "basicProperties": {
                      "contentType": "application/json",
                      "contentEncoding": null,
                      "headers": {"priority": {"bytes": [104, 105, 103, 104]}},
                      "deliveryMode": 1,
                      "priority": 4,
                      "correlationId": null,
                      "replyTo": null,
                      "expiration": "60000",
                      "messageId": null,
                      "timestamp": "Mar 2, 2026, 9:15:30 AM",
                      "type": null,
                      "userId": "producer",
                      "appId": null,
                      "clusterId": null,
                      "bodySize": 44
                    },
                    "redelivered": false,
                    "data": "eyJvcmRlcklkIjoiMTAwMSIsIml0ZW0iOiJ0ZWEiLCJxdWFudGl0eSI6Mn0="
                  }
                ]
              }
            }
            """#),
        SampleEvent(
            "ses", "An e-mail that SES received",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/services-ses.html",
            #"""
            {
              "Records": [
                {
                  "eventSource": "aws:ses",
                  "eventVersion": "1.0",
                  "ses": {
                    "mail": {
                      "timestamp": "2026-03-02T09:15:30.250Z",
                      "source": "ada@example.com",
                      "messageId": "o3vrexamplemessageid0000000000000001",
                      "destination": ["orders@example.org"],
                      "headersTruncated": false,
                      "headers": [
                        {"name": "Return-Path", "value": "<ada@example.com>"},
                        {"name": "From", "value": "Ada <ada@example.com>"},
                        {"name": "To", "value": "orders@example.org"},
                        {"name": "Subject", "value": "Order 1001"},
                        {"name": "Message-ID", "value": "<1001@example.com>"},
                        {"name": "Date", "value": "Mon, 2 Mar 2026 09:15:29 +0000"},
                        {
                          "name": "Content-Type",
                          "value": "text/plain; charset=UTF-8"
                        }
                      ],
                      "commonHeaders": {
                        "returnPath": "ada@example.com",
                        "from": ["Ada <ada@example.com>"],
                        "date": "Mon, 2 Mar 2026 09:15:29 +0000",
                        "to": ["orders@example.org"],
                        "messageId": "<1001@example.com>",
                        "subject": "Order 1001"
                      }
                    },
                    "receipt": {
                      "timestamp": "2026-03-02T09:15:30.250Z",
                      "processingTimeMillis": 480,
                      "recipients": ["orders@example.org"],
                      "spamVerdict": {"status": "PASS"},
                      "virusVerdict": {"status": "PASS"},
                      "spfVerdict": {"status": "PASS"},
                      "dkimVerdict": {"status": "PASS"},
                      "action": {
                        "type": "Lambda",
                        "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:my-function",
                        "invocationType": "Event"
                      }
                    }
                  }
                }
              ]
            }
            """#),
        SampleEvent(
            "sns", "A message published to an SNS topic",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html",
            #"""
            {
              "Records": [
                {
                  "EventVersion": "1.0",
                  "EventSubscriptionArn": "arn:aws:sns:us-east-1:123456789012:orders:7e6d5c4b-3a29-4180-9f0e-1d2c3b4\#
            a5968",
                  "EventSource": "aws:sns",
                  "Sns": {
                    "SignatureVersion": "1",
                    "Timestamp": "2026-03-02T09:15:30.250Z",
                    "Signature": "YW4gZXhhbXBsZSwgd2hpY2ggbm90aGluZyB2ZXJpZmllcw==",
                    "SigningCertUrl": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-example.pem",
                    "MessageId": "c0ffee12-3456-5789-abcd-ef0123456789",
                    "Message": "{\"orderId\":\"1001\",\"item\":\"tea\",\"quantity\":2}",
                    "MessageAttributes": {"priority": {"Type": "String", "Value": "high"}},
                    "Type": "Notification",
                    "UnsubscribeUrl": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=arn:a\#
            ws:sns:us-east-1:123456789012:orders:7e6d5c4b-3a29-4180-9f0e-1d2c3b4a5968",
                    "TopicArn": "arn:aws:sns:us-east-1:123456789012:orders",
                    "Subject": "New order"
                  }
                }
              ]
            }
            """#),
        SampleEvent(
            "sqs", "A message of an SQS queue",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html",
            textMaps: ["attributes"],
            #"""
            {
              "Records": [
                {
                  "messageId": "3f9b2c1d-6a7e-4d58-90c1-b2a3d4e5f607",
                  "receiptHandle": "AQEBexampleReceiptHandle==",
                  "body": "{\"orderId\":\"1001\",\"item\":\"tea\",\"quantity\":2}",
                  "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1772442930250",
                    "SenderId": "AIDACKCEVSQ6C2EXAMPLE",
                    "ApproximateFirstReceiveTimestamp": "1772442930262"
                  },
                  "messageAttributes": {},
                  "md5OfBody": "3baaaa40ce2e5b30f8245fbf524c5b94",
                  "eventSource": "aws:sqs",
                  "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:orders",
                  "awsRegion": "us-east-1"
                }
              ]
            }
            """#),
    ]
}
