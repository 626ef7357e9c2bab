internal import AWSProtocol
internal import SSMModel

/// AWS's own parameters, below `/aws/service/`, of which templates read some: regions, and the newest machine images.
///
/// There are no machines here, so an image's id is made of its name and region: the same each time, and nothing that
/// exists. Everything that is not listed here does not exist.
///
/// Source: "Discovering public parameters in Parameter Store", Systems Manager user guide.
struct PublicParameters: Sendable {
    let region: String

    private static let root = "/aws/service/"
    private static let regionRoot = "/aws/service/global-infrastructure/regions/"
    /// When AWS's parameters were last changed, as far as clients see here: 2026-01-01T00:00:00Z.
    private static let modified = Timestamp(secondsSinceEpoch: 1_767_225_600)

    /// Whether a name or path is one of AWS's own.
    static func isPublic(_ name: String) -> Bool { name.hasPrefix(root) }

    /// The ARN of one of AWS's parameters: it has no account.
    static func arn(of name: String, _ scope: ParameterScope) -> String {
        ParameterName.arn(of: name, account: "", region: scope.region)
    }

    /// One of AWS's parameters; `nil` where there is none.
    func parameter(_ name: String) -> SSM.ParameterHistory? {
        guard Self.isPublic(name) else { return nil }
        return values[name].map { version(name, $0) }
    }

    /// AWS's parameters in a path, by name; `nil` for a path that is not AWS's.
    func parameters(in path: String, isRecursive: Bool) -> [SSM.ParameterHistory]? {
        guard Self.isPublic(path) else { return nil }
        let found = values.filter { name, _ in
            name.hasPrefix(path) && (isRecursive || !name.dropFirst(path.count).contains("/"))
        }
        return found.sorted { $0.key < $1.key }.map { version($0.key, $0.value) }
    }

    private func version(_ name: String, _ value: String) -> SSM.ParameterHistory {
        SSM.ParameterHistory(
            name: name, type: .string, lastModifiedDate: Self.modified, value: value, version: 1,
            dataType: name.contains("/ami-") ? "aws:ec2:image" : "text")
    }

    private var values: [String: String] {
        var values: [String: String] = [:]
        for image in Self.images { values[image] = imageID(image) }
        for (region, place) in Self.regions {
            values[Self.regionRoot + region] = region
            values[Self.regionRoot + region + "/longName"] = place
            values[Self.regionRoot + region + "/domain"] = "amazonaws.com"
            values[Self.regionRoot + region + "/partition"] = "aws"
        }
        return values
    }

    /// `ami-` and 17 hexadecimal digits, by FNV-1a of region and name.
    private func imageID(_ name: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in (region + name).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return "ami-0" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static let images: [String] =
        ["x86_64", "arm64"].flatMap { machine in
            [
                "ami-amazon-linux-latest/al2023-ami-kernel-default-\(machine)",
                "ami-amazon-linux-latest/al2023-ami-kernel-6.1-\(machine)",
                "ami-amazon-linux-latest/al2023-ami-minimal-kernel-default-\(machine)",
                "ami-amazon-linux-latest/amzn2-ami-hvm-\(machine)-gp2",
                "ami-amazon-linux-latest/amzn2-ami-kernel-5.10-hvm-\(machine)-gp2",
            ].map { root + $0 }
        }

    /// Source: "AWS Regions", Regions and Availability Zones guide.
    private static let regions: [(String, String)] = [
        ("af-south-1", "Africa (Cape Town)"),
        ("ap-east-1", "Asia Pacific (Hong Kong)"),
        ("ap-northeast-1", "Asia Pacific (Tokyo)"),
        ("ap-northeast-2", "Asia Pacific (Seoul)"),
        ("ap-northeast-3", "Asia Pacific (Osaka)"),
        ("ap-south-1", "Asia Pacific (Mumbai)"),
        ("ap-south-2", "Asia Pacific (Hyderabad)"),
        ("ap-southeast-1", "Asia Pacific (Singapore)"),
        ("ap-southeast-2", "Asia Pacific (Sydney)"),
        ("ap-southeast-3", "Asia Pacific (Jakarta)"),
        ("ap-southeast-4", "Asia Pacific (Melbourne)"),
        ("ca-central-1", "Canada (Central)"),
        ("ca-west-1", "Canada West (Calgary)"),
        ("eu-central-1", "Europe (Frankfurt)"),
        ("eu-central-2", "Europe (Zurich)"),
        ("eu-north-1", "Europe (Stockholm)"),
        ("eu-south-1", "Europe (Milan)"),
        ("eu-south-2", "Europe (Spain)"),
        ("eu-west-1", "Europe (Ireland)"),
        ("eu-west-2", "Europe (London)"),
        ("eu-west-3", "Europe (Paris)"),
        ("il-central-1", "Israel (Tel Aviv)"),
        ("me-central-1", "Middle East (UAE)"),
        ("me-south-1", "Middle East (Bahrain)"),
        ("sa-east-1", "South America (Sao Paulo)"),
        ("us-east-1", "US East (N. Virginia)"),
        ("us-east-2", "US East (Ohio)"),
        ("us-west-1", "US West (N. California)"),
        ("us-west-2", "US West (Oregon)"),
    ]
}
