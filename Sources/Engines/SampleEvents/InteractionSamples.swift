/// Users, bots, viewers and devices.
enum InteractionSamples {
    static let all = [
        SampleEvent(
            "cloudfront", "A viewer's request at CloudFront (Lambda@Edge)",
            documentation:
                "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html",
            #"""
            {
              "Records": [
                {
                  "cf": {
                    "config": {
                      "distributionDomainName": "d0123456789abc.cloudfront.net",
                      "distributionId": "E1EXAMPLE2345",
                      "eventType": "viewer-request",
                      "requestId": "YW4gZXhhbXBsZSBvZiBhIHJlcXVlc3QgaWQ="
                    },
                    "request": {
                      "clientIp": "203.0.113.7",
                      "headers": {
                        "host": [{"key": "Host", "value": "d0123456789abc.cloudfront.net"}],
                        "user-agent": [{"key": "User-Agent", "value": "curl/8.5.0"}],
                        "accept": [{"key": "Accept", "value": "*/*"}]
                      },
                      "method": "GET",
                      "querystring": "size=large",
                      "uri": "/tea.jpg"
                    }
                  }
                }
              ]
            }
            """#),
        SampleEvent(
            "cognito-pre-sign-up", "A user who signs up with a Cognito user pool",
            documentation:
                "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html",
            textMaps: ["userAttributes", "validationData", "clientMetadata"],
            #"""
            {
              "version": "1",
              "triggerSource": "PreSignUp_SignUp",
              "region": "us-east-1",
              "userPoolId": "us-east-1_a1B2c3D4e",
              "userName": "ada",
              "callerContext": {
                "awsSdkVersion": "aws-sdk-unknown-unknown",
                "clientId": "1example23456789"
              },
              "request": {
                "userAttributes": {"email": "ada@example.com"},
                "validationData": {"invitation": "spring"},
                "clientMetadata": {"origin": "web"}
              },
              "response": {
                "autoConfirmUser": false,
                "autoVerifyEmail": false,
                "autoVerifyPhone": false
              }
            }
            """#),
        SampleEvent(
            "iot", "A device's message that an IoT rule selected; its content is the device's",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/services-iot.html",
            free: [EventPath([])],
            #"""
            {
              "device": "kettle-7",
              "temperature": 96.5,
              "time": 1772442930250
            }
            """#),
        SampleEvent(
            "lex", "An intent of a Lex V2 bot that is ready for fulfillment",
            documentation: "https://docs.aws.amazon.com/lexv2/latest/dg/lambda-input-format.html",
            textMaps: ["requestAttributes", "sessionAttributes"],
            #"""
            {
              "messageVersion": "1.0",
              "invocationSource": "FulfillmentCodeHook",
              "inputMode": "Text",
              "responseContentType": "text/plain; charset=utf-8",
              "sessionId": "123456789012345",
              "inputTranscript": "two teas please",
              "bot": {
                "id": "A1B2C3D4E5",
                "name": "Shop",
                "localeId": "en_US",
                "version": "1",
                "aliasId": "F6G7H8I9J0",
                "aliasName": "test"
              },
              "interpretations": [
                {
                  "intent": {
                    "name": "OrderTea",
                    "state": "ReadyForFulfillment",
                    "confirmationState": "Confirmed",
                    "slots": {
                      "Quantity": {
                        "shape": "Scalar",
                        "value": {
                          "originalValue": "two",
                          "interpretedValue": "2",
                          "resolvedValues": ["2"]
                        }
                      }
                    }
                  },
                  "interpretationSource": "Lex",
                  "nluConfidence": 0.97
                }
              ],
              "proposedNextState": {
                "dialogAction": {"type": "Close"},
                "intent": {
                  "name": "OrderTea",
                  "state": "ReadyForFulfillment",
                  "confirmationState": "Confirmed",
                  "slots": {
                    "Quantity": {
                      "shape": "Scalar",
                      "value": {
                        "originalValue": "two",
                        "interpretedValue": "2",
                        "resolvedValues": ["2"]
                      }
                    }
                  }
                }
              },
              "requestAttributes": {"channel": "web"},
              "sessionState": {
                "sessionAttributes": {"shop": "7"},
                "intent": {
                  "name": "OrderTea",
                  "state": "ReadyForFulfillment",
                  "confirmationState": "Confirmed",
                  "slots": {
                    "Quantity": {
                      "shape": "Scalar",
                      "value": {
                        "originalValue": "two",
                        "interpretedValue": "2",
                        "resolvedValues": ["2"]
                      }
                    }
                  }
                },
                "originatingRequestId": "b14c5d6e-7f80-491a-acbd-2e3f40516273"
              },
              "transcriptions": [
                {
                  "transcription": "two teas please",
                  "transcriptionConfidence": 1.0,
                  "resolvedContext": {"intent": "OrderTea"},
                  "resolvedSlots": {
                    "Quantity": {
                      "shape": "Scalar",
                      "value": {
                        "originalValue": "two",
                        "interpretedValue": "2",
                        "resolvedValues": ["2"]
                      }
                    }
                  }
                }
              ]
            }
            """#),
    ]
}
