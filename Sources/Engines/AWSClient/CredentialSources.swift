internal import AWSProtocol
internal import Digest
public import HTTPClient
internal import LinuxSystem
public import SignatureV4

/// Finds the credentials of calls where AWS's own clients find them.
///
/// In order: a profile that is named, variables, the profile of `AWS_PROFILE` or the default one. A profile's may be
/// keys, those of a role, those of a signed-in user (IAM Identity Center), or what a program prints. Credentials of
/// containers and instances are not looked for: they are for programs that run on AWS.
///
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>.
public struct CredentialSources: Sendable {
    private let environment: [String: String]
    private let configuration: SharedConfiguration
    private let http: HTTPClient
    private let nowSeconds: Int64

    /// Looks for nothing yet.
    ///
    /// - Parameter nowSeconds: seconds since 1970.
    public init(
        environment: [String: String], configuration: SharedConfiguration, http: HTTPClient, nowSeconds: Int64
    ) {
        (self.environment, self.configuration, self.http) = (environment, configuration, http)
        self.nowSeconds = nowSeconds
    }

    /// The profile that calls use: the named one, that of `AWS_PROFILE`, or the default one; `nil` where there are no
    /// settings at all.
    public func profile(named name: String?) throws(CredentialError) -> SharedProfile? {
        guard let asked = name ?? setting("AWS_PROFILE") else { return configuration.profile("default") }
        return try existing(asked)
    }

    /// The credentials of calls; `nil` where there are none anywhere.
    ///
    /// - Parameters:
    ///   - profile: what ``profile(named:)`` found.
    ///   - isNamed: whether the profile was named on the command line, so that variables do not count.
    public func credentials(of profile: SharedProfile?, isNamed: Bool) throws(CredentialError) -> SigningCredentials? {
        if !isNamed, let own = SigningCredentials(environment: environment) { return own }
        guard let profile else { return nil }
        return try credentials(of: profile, isNamed: isNamed, through: [])
    }

    /// - Parameter names: the profiles that led here, to find those that name each other.
    private func credentials(
        of profile: SharedProfile, isNamed: Bool, through names: [String]
    ) throws(CredentialError) -> SigningCredentials? {
        let values = profile.values
        if let role = values["role_arn"], !names.contains(profile.name) {
            return try assume(role, profile, isNamed: isNamed, through: names + [profile.name])
        }
        if let key = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] {
            return SigningCredentials(
                accessKeyID: key, secretAccessKey: secret, sessionToken: values["aws_session_token"])
        }
        if values["sso_account_id"] != nil { return try signedIn(profile) }
        return try values["credential_process"].map { (command) throws(CredentialError) in
            try printed(by: command, profile.name)
        }
    }

    private func existing(_ name: String) throws(CredentialError) -> SharedProfile {
        guard let profile = configuration.profile(name) else {
            throw CredentialError("The config profile (\(name)) could not be found")
        }
        return profile
    }

    private func setting(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
}

extension CredentialSources {
    /// The credentials of a role, by AssumeRole.
    private func assume(
        _ role: String, _ profile: SharedProfile, isNamed: Bool, through names: [String]
    ) throws(CredentialError) -> SigningCredentials {
        let caller: SigningCredentials?
        if let source = profile.values["source_profile"] {
            guard source == profile.name || !names.contains(source) else {
                throw CredentialError("The profiles \(names.joined(separator: ", ")) name each other as source_profile")
            }
            caller = try credentials(of: existing(source), isNamed: isNamed, through: names)
        } else if profile.values["credential_source"] == "Environment" {
            caller = SigningCredentials(environment: environment)
        } else {
            throw CredentialError(
                "The profile \(profile.name) has a role_arn and no source_profile, or one that only works on AWS")
        }
        guard let caller else { throw CredentialError("The source of the profile \(profile.name) has no credentials") }
        let region = profile.region ?? setting("AWS_REGION") ?? setting("AWS_DEFAULT_REGION") ?? "us-east-1"
        // The variable for all services may be that of another place than a profile that is named.
        let general = isNamed ? nil : setting("AWS_ENDPOINT_URL")
        let chosen = setting("AWS_ENDPOINT_URL_STS") ?? general ?? profile.endpointURL(of: "sts")
        let url = chosen ?? AWSEndpoint.url(of: "sts", in: region)?.description ?? region
        var form = [
            ("Action", "AssumeRole"), ("Version", "2011-06-15"), ("RoleArn", role),
            ("RoleSessionName", profile.values["role_session_name"] ?? "strata-\(nowSeconds)"),
        ]
        if let id = profile.values["external_id"] { form.append(("ExternalId", id)) }
        if let seconds = profile.values["duration_seconds"] { form.append(("DurationSeconds", seconds)) }
        var call = ServiceCall(service: "sts")
        call.headers = [HTTPClientHeader("Content-Type", "application/x-www-form-urlencoded")]
        call.body = Array(form.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&").utf8)
        guard let endpoint = EndpointURL(url) else { throw CredentialError("STS's endpoint is not a URL: \(url)") }
        let now = nowSeconds
        let client = ServiceClient(
            ServiceSettings(endpoint: endpoint, environment: environment), http: http, nowSeconds: { now })
        let (head, body) = try CredentialError.wrapping("AssumeRole of \(role)") { () throws(HTTPClientError) in
            try client.send(call, as: caller, region: region)
        }
        guard head.status == 200, let key = XMLText.element("AccessKeyId", of: body),
            let secret = XMLText.element("SecretAccessKey", of: body)
        else {
            let reason = XMLText.element("Message", of: body) ?? "status \(head.status)"
            throw CredentialError("AssumeRole of \(role) failed: \(reason)")
        }
        return SigningCredentials(
            accessKeyID: key, secretAccessKey: secret, sessionToken: XMLText.element("SessionToken", of: body))
    }

    /// The credentials of a user who has signed in by `aws sso login`, which keeps a token in a file.
    ///
    /// Source: <https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html>.
    private func signedIn(_ profile: SharedProfile) throws(CredentialError) -> SigningCredentials {
        let values = profile.session.merging(profile.values) { _, own in own }
        let advice = "sign in again with 'aws sso login --profile \(profile.name)'"
        guard let account = values["sso_account_id"], let role = values["sso_role_name"],
            let region = values["sso_region"], let start = values["sso_start_url"]
        else {
            throw CredentialError("The profile \(profile.name) lacks a setting of SSO, such as sso_role_name")
        }
        let file = SHA1Digest.hex(of: Array((values["sso_session"] ?? start).utf8))
        guard let text = TextFile.read("\(configuration.folder)/sso/cache/\(file).json"),
            // A file that is not JSON is a sign-in that cannot be used.
            let document = try? JSON.decode(Array(text.utf8)), case .string(let token)? = document["accessToken"]
        else { throw CredentialError("The profile \(profile.name) is not signed in; \(advice)") }
        if case .string(let expiry)? = document["expiresAt"], let end = Timestamp(parsing: expiry),
            end.secondsSinceEpoch <= Double(nowSeconds)
        {
            throw CredentialError("The sign-in of the profile \(profile.name) has expired; \(advice)")
        }
        let origin =
            setting("AWS_ENDPOINT_URL_SSO") ?? AWSEndpoint.url(of: "portal.sso", in: region)?.description ?? region
        let query = "account_id=\(PercentEncoding.encode(account))&role_name=\(PercentEncoding.encode(role))"
        let request = HTTPClientRequest(
            "GET", "\(origin)/federation/credentials?\(query)",
            headers: [HTTPClientHeader("x-amz-sso_bearer_token", token)])
        let (head, body) = try CredentialError.wrapping("SSO's credentials") { () throws(HTTPClientError) in
            try http.send(request)
        }
        let answer = try? JSON.decode(body)  // an answer that is not JSON is refused like one without credentials
        guard head.status == 200, let found = answer?["roleCredentials"],
            case .string(let key)? = found["accessKeyId"], case .string(let secret)? = found["secretAccessKey"],
            case .string(let session)? = found["sessionToken"]
        else { throw CredentialError("SSO gave no credentials for \(role) (status \(head.status)); \(advice)") }
        return SigningCredentials(accessKeyID: key, secretAccessKey: secret, sessionToken: session)
    }

    /// The credentials that a program of the user prints.
    ///
    /// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>.
    private func printed(by command: String, _ name: String) throws(CredentialError) -> SigningCredentials {
        var lines: [String] = []
        let outcome: ForegroundProcess.Outcome
        do throws(SystemCallError) {
            outcome = try ForegroundProcess.run(
                "/bin/sh", ["-c", "{ \(command)\n} 2>/dev/null"], environment: environment, isCancelled: { false },
                line: { lines.append($0) }
            )
        } catch {
            throw CredentialError("The credential_process of the profile \(name) did not start: \(error)")
        }
        // What is not JSON is refused like JSON without credentials.
        let document = try? JSON.decode(Array(lines.joined(separator: "\n").utf8))
        guard outcome == .exited(0), case .string(let key)? = document?["AccessKeyId"],
            case .string(let secret)? = document?["SecretAccessKey"]
        else {
            throw CredentialError(
                "The credential_process of the profile \(name) printed no credentials: \(command)")
        }
        var token: String?
        if case .string(let text)? = document?["SessionToken"] { token = text }
        return SigningCredentials(accessKeyID: key, secretAccessKey: secret, sessionToken: token)
    }
}

/// Why there are no credentials for a call; a sentence without a full stop.
public struct CredentialError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and what to do.
    public let description: String

    init(_ description: String) { self.description = description }

    static func wrapping<Result>(
        _ work: String, _ body: () throws(HTTPClientError) -> Result
    ) throws(CredentialError) -> Result {
        do throws(HTTPClientError) {
            return try body()
        } catch {
            throw CredentialError("\(work) failed: \(error)")
        }
    }
}
