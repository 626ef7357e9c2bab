import Testing

@testable import LambdaModel
@testable import AWSProtocol

/// Requests as the AWS CLI and boto3 send them.
struct LambdaRequestTests {
    private func decode<Input, Output>(
        _ operation: AWSOperation<Input, Output>, _ path: String, query: String = "", headers: [AWSHeader] = [],
        body: String = ""
    ) throws -> Input {
        let request = AWSRequest(
            method: operation.descriptor.method, rawPath: path, rawQuery: query, headers: headers,
            body: Array(body.utf8))
        let match = Router(Lambda.service.operations).match(method: request.method, rawPath: path, rawQuery: query)
        guard case .operation(let found, let labels) = match else { throw AWSError.unknownOperation }
        #expect(found.name == operation.descriptor.name)
        return try operation.decode(request, labels: labels)
    }

    private func message(_ body: () throws -> some Any) -> String? {
        (#expect(throws: AWSError.self) { try body() })?.message
    }

    @Test func `create-function`() throws {
        let input = try decode(
            Lambda.createFunction, "/2015-03-31/functions",
            body: #"""
                {"FunctionName": "resize", "Runtime": "python3.12", "Role": "arn:aws:iam::000000000000:role/lambda",
                 "Handler": "app.handler", "Code": {"ZipFile": "UEsDBAo="}, "Timeout": 30, "MemorySize": 512,
                 "Environment": {"Variables": {"STAGE": "dev", "Log_Level": ""}}, "Tags": {"team": "images"},
                 "Layers": ["arn:aws:lambda:eu-west-1:000000000000:layer:deps:3"], "Architectures": ["x86_64"]}
                """#)
        #expect(input.functionName == "resize")
        #expect(input.runtime == .python3_12)
        #expect(input.code.zipFile == [0x50, 0x4B, 0x03, 0x04, 0x0A])
        #expect(input.memorySize == 512)
        #expect(input.environment?.variables == ["STAGE": "dev", "Log_Level": ""])
        #expect(input.layers == ["arn:aws:lambda:eu-west-1:000000000000:layer:deps:3"])
        #expect(input.architectures == [.x86_64])
        #expect(input.publish == nil)
    }

    @Test func `publish-layer-version`() throws {
        let input = try decode(
            Lambda.publishLayerVersion, "/2018-10-31/layers/deps/versions",
            body:
                #"{"Content": {"ZipFile": ""}, "CompatibleRuntimes": ["python3.12"], "LicenseInfo": "MIT"}"#
        )
        #expect(input.layerName == "deps")
        #expect(input.content.zipFile == [])
        #expect(input.compatibleRuntimes == [.python3_12])
    }

    @Test func `get-layer-version and get-layer-version-by-arn`() throws {
        let byNumber = try decode(Lambda.getLayerVersion, "/2018-10-31/layers/deps/versions/7")
        #expect(byNumber.versionNumber == 7)
        let arn = "arn:aws:lambda:eu-west-1:000000000000:layer:deps:7"
        let byARN = try decode(
            Lambda.getLayerVersionByArn, "/2018-10-31/layers",
            query: "find=LayerVersion&Arn=\(PercentEncoding.encode(arn))")
        #expect(byARN.arn == arn)
    }

    @Test func `list-functions with a page size and marker`() throws {
        let input = try decode(Lambda.listFunctions, "/2015-03-31/functions/", query: "MaxItems=50&Marker=abc_-")
        #expect(input.maxItems == 50)
        #expect(input.marker == "abc_-")
    }

    @Test func `get-function by an ARN in the path`() throws {
        let arn = "arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Aresize"
        let input = try decode(Lambda.getFunction, "/2015-03-31/functions/\(arn)", query: "Qualifier=%24LATEST")
        #expect(input.functionName == "arn:aws:lambda:eu-west-1:000000000000:function:resize")
        #expect(input.qualifier == "$LATEST")
    }

    @Test func `untag-resource repeats its query parameter`() throws {
        let arn = PercentEncoding.encode("arn:aws:lambda:eu-west-1:000000000000:function:resize")
        let input = try decode(Lambda.untagResource, "/2017-03-31/tags/\(arn)", query: "tagKeys=a&tagKeys=b")
        #expect(input.tagKeys == ["a", "b"])
    }

    @Test func `invoke keeps its payload as it is`() throws {
        let input = try decode(
            Lambda.invoke, "/2015-03-31/functions/resize/invocations", query: "Qualifier=live",
            headers: [AWSHeader("x-amz-invocation-type", "RequestResponse"), AWSHeader("X-Amz-Log-Type", "Tail")],
            body: "not even JSON")
        #expect(input.invocationType == .requestResponse)
        #expect(input.logType == .tail)
        #expect(input.payload == Array("not even JSON".utf8))
    }

    @Test func `an invocation's answer is a payload and headers`() {
        let response = Lambda.invoke.encode(
            Lambda.InvocationResponse(
                statusCode: 200, functionError: "Unhandled", logResult: "bG9n", payload: Array("{}".utf8),
                executedVersion: "$LATEST"))
        #expect(response.status == 200)
        #expect(response.header("x-amz-function-error") == "Unhandled")
        #expect(response.header("x-amz-executed-version") == "$LATEST")
        #expect(response.body == Array("{}".utf8))
    }

    @Test func `a function's configuration is written in the model's order`() {
        let response = Lambda.createFunction.encode(
            Lambda.FunctionConfiguration(
                functionName: "f", runtime: .python3_12, codeSize: 1, memorySize: 128,
                environment: Lambda.EnvironmentResponse(variables: ["B": "2", "A": "1"]), state: .pending))
        #expect(response.status == 201)
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"FunctionName":"f","Runtime":"python3.12","CodeSize":1,"MemorySize":128,"#
                + #""Environment":{"Variables":{"A":"1","B":"2"}},"State":"Pending"}"#)
    }

    @Test func `deleting answers with the status of the handler`() {
        #expect(
            Lambda.deleteFunction.encode(Lambda.DeleteFunctionResponse(statusCode: 204)) == AWSResponse(status: 204))
        #expect(Lambda.deleteLayerVersion.encode(NoMembers()) == AWSResponse(status: 204))
    }

    @Test func `a bad name is answered in AWS's words`() {
        let words = message { try decode(Lambda.getFunction, "/2015-03-31/functions/a!b") }
        #expect(
            words?.hasPrefix(
                "1 validation error detected: Value 'a!b' at 'functionName' failed to satisfy constraint: ") == true)
    }

    @Test func `several violations of one request are answered together`() throws {
        let words = try #require(
            message {
                try decode(
                    Lambda.createFunction, "/2015-03-31/functions",
                    body: #"""
                        {"FunctionName": "", "Role": "lambdarole", "Code": {"S3Bucket": "x."}, "Timeout": 0,
                         "Environment": {"Variables": {"_X": "secret"}}, "Layers": ["none"], "PackageType": "Rpm"}
                        """#)
            })
        #expect(words.hasPrefix("9 validation errors detected: "))
        let failed = "failed to satisfy constraint: Member must"
        let pattern = "\(failed) satisfy regular expression pattern:"
        for part in [
            "Value '' at 'functionName' \(pattern) (arn:(aws[a-zA-Z-]*)?:lambda:)?(",
            "Value '' at 'functionName' \(failed) have length greater than or equal to 1",
            "Value 'Rpm' at 'packageType' \(failed) satisfy enum value set: [Zip, Image]",
            "Value 'lambdarole' at 'role' \(pattern) "
                + #"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"#,
            "Value 'x.' at 'code.s3Bucket' \(pattern) " + #"[0-9A-Za-z\.\-_]*(?<!\.)"#,
            "Value 'x.' at 'code.s3Bucket' \(failed) have length greater than or equal to 3",
            "Value '0' at 'timeout' \(failed) have value greater than or equal to 1",
            "Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: "
                + "[Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+, Member must not be null]",
            "Value '[none]' at 'layers' \(failed) satisfy constraint: "
                + "[Member must have length less than or equal to 2048, "
                + "Member must have length greater than or equal to 1, "
                + "Member must satisfy regular expression pattern: ((arn:",
        ] {
            #expect(words.contains(part), "\(part)\n\nin\n\n\(words)")
        }
        #expect(!words.contains("secret"))
    }

    @Test func `an unknown runtime is left to the handler, and known by its name`() throws {
        let input = try decode(
            Lambda.updateFunctionConfiguration, "/2015-03-31/functions/f/configuration", body: #"{"Runtime": "cobol"}"#)
        let runtime = try #require(input.runtime)
        #expect(!Lambda.Runtime.allKnown.contains(runtime))
        let error = Lambda.unknownRuntime(runtime)
        #expect(error.name == "InvalidParameterValueException")
        #expect(
            error.message.hasPrefix(
                "Value cobol at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
                    + "[nodejs20.x, "))
        #expect(error.message.hasSuffix("] or be a valid ARN"))
    }

    @Test func `what is missing is said to be null`() {
        let words = message {
            try decode(Lambda.createFunction, "/2015-03-31/functions", body: #"{"FunctionName":"f"}"#)
        }
        #expect(
            words
                == "2 validation errors detected: "
                + "Value null at 'role' failed to satisfy constraint: Member must not be null; "
                + "Value null at 'code' failed to satisfy constraint: Member must not be null")
    }
}
