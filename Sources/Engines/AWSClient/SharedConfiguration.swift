internal import LinuxSystem

/// The settings that AWS's own clients share: `~/.aws/config` and `~/.aws/credentials`.
///
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html>.
public struct SharedConfiguration: Sendable {
    private let config: [String: [String: String]]
    private let credentials: [String: [String: String]]
    /// The folder of the files, where AWS's CLI also keeps the tokens of signed-in users.
    let folder: String

    /// Reads the files; one that is not there has no sections.
    ///
    /// - Parameter environment: `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE` and `HOME` say where they are.
    public init(environment: [String: String]) {
        let home = environment["HOME"] ?? ""
        folder = "\(home)/.aws"
        func sections(_ variable: String, _ name: String) -> [String: [String: String]] {
            var path = environment[variable] ?? ""
            if path.isEmpty { path = "\(home)/.aws/\(name)" }
            if path.hasPrefix("~/") { path = home + path.dropFirst() }
            return TextFile.read(path).map { ConfigurationText($0).sections } ?? [:]
        }
        config = sections("AWS_CONFIG_FILE", "config")
        credentials = sections("AWS_SHARED_CREDENTIALS_FILE", "credentials")
    }

    /// The settings of a profile; those of the credentials file count before those of the other. `nil` where neither
    /// file has it.
    public func profile(_ name: String) -> SharedProfile? {
        let own = config["profile \(name)"] ?? (name == "default" ? config["default"] : nil)
        let secrets = credentials[name]
        guard own != nil || secrets != nil else { return nil }
        return SharedProfile(
            name: name, values: (own ?? [:]).merging(secrets ?? [:]) { _, secret in secret },
            services: own?["services"].flatMap { config["services \($0)"] } ?? [:],
            session: own?["sso_session"].flatMap { config["sso-session \($0)"] } ?? [:])
    }
}

/// A named set of settings of AWS's clients.
public struct SharedProfile: Sendable {
    /// The name, as `--profile` and `AWS_PROFILE` have it.
    public let name: String
    /// The keys of its own.
    let values: [String: String]
    /// The section that `services` names: endpoints of single services.
    let services: [String: String]
    /// The section that `sso_session` names.
    let session: [String: String]

    /// The region of calls; `nil` where the profile has none.
    public var region: String? { values["region"] }

    /// The endpoint of a service: its own, or else that for all.
    ///
    /// - Parameter service: the service's name in configuration files, such as `lambda`.
    /// - Returns: `nil` where the profile names none: AWS itself.
    ///
    /// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>.
    public func endpointURL(of service: String) -> String? {
        services["\(service).endpoint_url"] ?? values["endpoint_url"]
    }
}
