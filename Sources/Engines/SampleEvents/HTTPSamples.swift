/// Requests that reach a function over HTTP.
enum HTTPSamples {
    /// The guide that documents what API Gateway sends.
    private static let apiGateway = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"

    static let all = [
        SampleEvent(
            "alb", "A request through an Application Load Balancer",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/services-alb.html",
            textMaps: ["headers", "queryStringParameters", "pathParameters", "stageVariables"],
            #"""
            {
              "requestContext": {
                "elb": {
                  "targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/my-function/0a1\#
            b2c3d4e5f6071"
                }
              },
              "httpMethod": "POST",
              "path": "/shops/7/orders",
              "queryStringParameters": {"notify": "email"},
              "headers": {
                "accept": "application/json",
                "content-length": "44",
                "content-type": "application/json",
                "host": "orders-1234567890.us-east-1.elb.amazonaws.com",
                "user-agent": "curl/8.5.0",
                "x-amzn-trace-id": "Root=1-69a55552-3c1f0a7b5d2e4f6081920a3b",
                "x-forwarded-for": "203.0.113.7",
                "x-forwarded-port": "80",
                "x-forwarded-proto": "http"
              },
              "body": "{\"orderId\":\"1001\",\"item\":\"tea\",\"quantity\":2}",
              "isBase64Encoded": false
            }
            """#),
        SampleEvent(
            "api-gateway-authorizer", "A token that a Lambda authorizer of a REST API decides on",
            documentation: apiGateway + "apigateway-use-lambda-authorizer.html",
            #"""
            {
              "type": "TOKEN",
              "authorizationToken": "Bearer example-token",
              "methodArn": "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/test/GET/shops/7/orders"
            }
            """#),
        SampleEvent(
            "api-gateway-http", "A request to an HTTP API of API Gateway (payload format 2.0)",
            documentation: apiGateway + "http-api-develop-integrations-lambda.html",
            textMaps: ["headers", "queryStringParameters", "pathParameters", "stageVariables", "claims"],
            #"""
            {
              "version": "2.0",
              "routeKey": "POST /shops/{shop}/orders",
              "rawPath": "/shops/7/orders",
              "rawQueryString": "notify=sms&notify=email",
              "cookies": ["session=4f2a", "theme=dark"],
              "headers": {
                "accept": "application/json",
                "content-type": "application/json",
                "user-agent": "curl/8.5.0",
                "x-amzn-trace-id": "Root=1-69a55552-3c1f0a7b5d2e4f6081920a3b",
                "x-forwarded-for": "203.0.113.7",
                "x-forwarded-port": "443",
                "x-forwarded-proto": "https",
                "host": "f6g7h8i9j0.execute-api.us-east-1.amazonaws.com"
              },
              "queryStringParameters": {"notify": "sms,email"},
              "requestContext": {
                "accountId": "123456789012",
                "apiId": "f6g7h8i9j0",
                "authorizer": {
                  "jwt": {
                    "claims": {
                      "sub": "8d1f6a52-0c4b-4f6e-9a37-51b2c3d4e5f6",
                      "scope": "orders:write"
                    },
                    "scopes": ["orders:write"]
                  }
                },
                "domainName": "f6g7h8i9j0.execute-api.us-east-1.amazonaws.com",
                "domainPrefix": "f6g7h8i9j0",
                "http": {
                  "method": "POST",
                  "path": "/shops/7/orders",
                  "protocol": "HTTP/1.1",
                  "sourceIp": "203.0.113.7",
                  "userAgent": "curl/8.5.0"
                },
                "requestId": "Zk3bAgqJIAMEJ2g=",
                "routeKey": "POST /shops/{shop}/orders",
                "stage": "$default",
                "time": "02/Mar/2026:09:15:30 +0000",
                "timeEpoch": 1772442930250
              },
              "pathParameters": {"shop": "7"},
              "stageVariables": {"table": "orders-test"},
              "body": "{\"orderId\":\"1001\",\"item\":\"tea\",\"quantity\":2}",
              "isBase64Encoded": false
            }
            """#),
        SampleEvent(
            "api-gateway-rest", "A request to a REST API of API Gateway (proxy integration, 1.0)",
            documentation: apiGateway + "set-up-lambda-proxy-integrations.html",
            textMaps: ["headers", "queryStringParameters", "pathParameters", "stageVariables", "claims"],
            #"""
            {
              "resource": "/{proxy+}",
              "path": "/shops/7/orders",
              "httpMethod": "POST",
              "headers": {
                "Accept": "application/json",
                "Content-Type": "application/json",
                "Host": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
                "User-Agent": "curl/8.5.0",
                "X-Amzn-Trace-Id": "Root=1-69a55552-3c1f0a7b5d2e4f6081920a3b",
                "X-Forwarded-For": "203.0.113.7",
                "X-Forwarded-Port": "443",
                "X-Forwarded-Proto": "https"
              },
              "multiValueHeaders": {
                "Accept": ["application/json"],
                "Content-Type": ["application/json"],
                "Host": ["a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"],
                "User-Agent": ["curl/8.5.0"],
                "X-Amzn-Trace-Id": ["Root=1-69a55552-3c1f0a7b5d2e4f6081920a3b"],
                "X-Forwarded-For": ["203.0.113.7"],
                "X-Forwarded-Port": ["443"],
                "X-Forwarded-Proto": ["https"]
              },
              "queryStringParameters": {"notify": "email"},
              "multiValueQueryStringParameters": {"notify": ["sms", "email"]},
              "pathParameters": {"proxy": "shops/7/orders"},
              "stageVariables": {"table": "orders-test"},
              "requestContext": {
                "resourceId": "x7k2m9",
                "resourcePath": "/{proxy+}",
                "httpMethod": "POST",
                "extendedRequestId": "Zk3aYH2voAMEbxA=",
                "requestTime": "02/Mar/2026:09:15:30 +0000",
                "path": "/test/shops/7/orders",
                "accountId": "123456789012",
                "protocol": "HTTP/1.1",
                "stage": "test",
                "domainPrefix": "a1b2c3d4e5",
                "requestTimeEpoch": 1772442930250,
                "requestId": "5c1d7b62-9f0e-4a3d-8b57-2e6f4d90c1a8",
                "identity": {
                  "cognitoIdentityPoolId": null,
                  "accountId": null,
                  "cognitoIdentityId": null,
                  "caller": null,
                  "sourceIp": "203.0.113.7",
                  "principalOrgId": null,
                  "accessKey": null,
                  "cognitoAuthenticationType": null,
                  "cognitoAuthenticationProvider": null,
                  "userArn": null,
                  "userAgent": "curl/8.5.0",
                  "user": null
                },
                "domainName": "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
                "apiId": "a1b2c3d4e5"
              },
              "body": "{\"orderId\":\"1001\",\"item\":\"tea\",\"quantity\":2}",
              "isBase64Encoded": false
            }
            """#),
        SampleEvent(
            "function-url", "A request to a function URL, signed by a user",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html",
            textMaps: ["headers", "queryStringParameters", "pathParameters", "stageVariables"],
            #"""
            {
              "version": "2.0",
              "routeKey": "$default",
              "rawPath": "/shops/7/orders",
              "rawQueryString": "notify=sms&notify=email",
              "cookies": ["session=4f2a", "theme=dark"],
              "headers": {
                "accept": "application/json",
                "content-type": "application/json",
                "user-agent": "curl/8.5.0",
                "x-amzn-trace-id": "Root=1-69a55552-3c1f0a7b5d2e4f6081920a3b",
                "x-forwarded-for": "203.0.113.7",
                "x-forwarded-port": "443",
                "x-forwarded-proto": "https",
                "host": "q3w4e5r6t7y8u9i0o1p2a3s4d5f6g7h8.lambda-url.us-east-1.on.aws"
              },
              "queryStringParameters": {"notify": "sms,email"},
              "requestContext": {
                "accountId": "123456789012",
                "apiId": "q3w4e5r6t7y8u9i0o1p2a3s4d5f6g7h8",
                "authentication": null,
                "authorizer": {
                  "iam": {
                    "accessKey": "AKIAIOSFODNN7EXAMPLE",
                    "accountId": "123456789012",
                    "callerId": "AIDACKCEVSQ6C2EXAMPLE",
                    "cognitoIdentity": null,
                    "principalOrgId": null,
                    "userArn": "arn:aws:iam::123456789012:user/ada",
                    "userId": "AIDACKCEVSQ6C2EXAMPLE"
                  }
                },
                "domainName": "q3w4e5r6t7y8u9i0o1p2a3s4d5f6g7h8.lambda-url.us-east-1.on.aws",
                "domainPrefix": "q3w4e5r6t7y8u9i0o1p2a3s4d5f6g7h8",
                "http": {
                  "method": "POST",
                  "path": "/shops/7/orders",
                  "protocol": "HTTP/1.1",
                  "sourceIp": "203.0.113.7",
                  "userAgent": "curl/8.5.0"
                },
                "requestId": "0b6a9c1e-7d35-4f28-a1c4-9e8d7f6b5a43",
                "routeKey": "$default",
                "stage": "$default",
                "time": "02/Mar/2026:09:15:30 +0000",
                "timeEpoch": 1772442930250
              },
              "body": "{\"orderId\":\"1001\",\"item\":\"tea\",\"quantity\":2}",
              "pathParameters": null,
              "isBase64Encoded": false,
              "stageVariables": null
            }
            """#),
    ]
}
