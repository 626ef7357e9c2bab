internal import AWSClient
internal import AWSProtocol
internal import Glibc
internal import HTTPClient
internal import LinuxSystem
internal import SignatureV4
internal import Toolchain

extension ServerConnection {
    /// A client of Lambda's API there, which sends calls again as AWS's clients do.
    func lambda(_ environment: [String: String]) -> LambdaClient {
        let retries = CallRetries(
            attemptLimit: environment["AWS_MAX_ATTEMPTS"].flatMap { Int($0) } ?? CallRetries.standardAttemptLimit,
            sleep: { SystemThread.sleep(milliseconds: UInt32($0)) })
        return LambdaClient(retries: retries) { call in
            let answer = try send(
                call.method, call.path, query: call.query, headers: call.headers, body: call.body,
                timeoutSeconds: Self.longestCallSeconds)
            return LambdaAnswer(
                status: answer.head.status, body: answer.body, header: { answer.head.header($0) })
        }
    }

    /// The longest invocation (900 s), plus an init phase and a margin; an upload takes less.
    private static let longestCallSeconds = 930

    /// The zip of a package in a call: itself, or where it is too large an object of S3 that it is uploaded to.
    ///
    /// - Parameter name: what the object is called, without its folder.
    func content(
        ofZip zip: [UInt8], named name: String, bucket: String?, _ arguments: Arguments, _ console: Console
    ) throws -> PackageContent {
        guard let bucket else {
            guard zip.count <= Self.mostZipBytes else {
                throw arguments.refusal(
                    "the zip is larger than the 50 MB that one call takes; name a bucket to upload it to: "
                        + "--s3-bucket NAME")
            }
            return .zip(zip)
        }
        let object = S3Object(bucket: bucket, key: "strata/\(name)")
        var limits = HTTPClientLimits()
        limits.totalMilliseconds = Self.longestCallSeconds * 1_000
        console.report("Uploading to s3://\(object.bucket)/\(object.key)")
        let endpoint = try s3Endpoint(arguments, console.environment)
        let client = S3Client(endpoint: endpoint, http: http, nowSeconds: { Int64(time(nil)) })
        let keys = credentials ?? Self.placeholder
        do throws(S3Error) {
            try Self.ignoringBrokenPipes { () throws(S3Error) in
                try client.putObject(object, zip, region: region, credentials: keys, limits: limits)
            }
        } catch {
            throw CommandFailure("The upload to s3://\(object.bucket)/\(object.key) at \(endpoint) failed: \(error)")
        }
        return .object(bucket: object.bucket, key: object.key)
    }

    /// S3's endpoint, found as Lambda's is.
    private func s3Endpoint(_ arguments: Arguments, _ environment: [String: String]) throws -> EndpointURL {
        // Where AWS or a profile was named, variables are those of another place, as for Lambda's endpoint.
        let isNamed = try isAWS || arguments.optionalValue(of: Self.profile) != nil
        let names = isNamed ? [] : ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]
        let chosen = names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? s3EndpointOfProfile
        let standard = isAWS ? AWSEndpoint.url(of: "s3", in: region) : endpoint
        let text = chosen ?? standard?.description ?? ""
        guard let url = EndpointURL(text) else { throw arguments.refusal("S3's endpoint is not a URL: '\(text)'") }
        return url
    }

    /// What a call takes: 50 MB, in base64.
    private static let mostZipBytes = 50 << 20
}

extension ServerConnection {
    /// Whether this is a Strata server.
    func isStrata() throws -> Bool {
        guard !isAWS else { return false }
        let answer = try send("GET", "/_strata/health")
        // Another server answers with a page of its own, which need not be JSON.
        return answer.head.status == 200 && (try? JSON.decode(answer.body))?["version"] != nil
    }

    /// The role of a function that names none. A server of this machine takes any of the caller's account; on AWS a
    /// role is to be chosen.
    func standardRole(_ arguments: Arguments, _ environment: [String: String]) throws -> String {
        guard !isAWS else {
            throw CommandFailure(
                "A function on AWS needs a role: name one as 'role' in its table of strata.toml, such as "
                    + "\"arn:aws:iam::ACCOUNT:role/NAME\"")
        }
        var call = ServiceCall(service: "sts")
        call.headers = [HTTPClientHeader("Content-Type", "application/x-www-form-urlencoded")]
        call.body = Array("Action=GetCallerIdentity&Version=2011-06-15".utf8)
        let text = environment["AWS_ENDPOINT_URL_STS"].flatMap { $0.isEmpty ? nil : $0 }
        let url = text.flatMap { EndpointURL($0) } ?? endpoint
        let client = ServiceClient(
            ServiceSettings(endpoint: url, environment: environment), http: http,
            nowSeconds: { Int64(time(nil)) })
        let keys = credentials ?? Self.placeholder
        let answer = try Self.ignoringBrokenPipes { try client.send(call, as: keys, region: region) }
        guard let account = CallerIdentity.account(of: answer.body) else {
            throw CommandFailure("\(url) does not say whose key this is; name a 'role' in strata.toml")
        }
        return "arn:aws:iam::\(account):role/strata-deploy"
    }
}
