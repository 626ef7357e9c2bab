internal import LambdaModel
internal import ServiceKit

// Rules between a function's settings, and of its runtime.
extension FunctionRules {
    /// The runtimes that Lambda creates no new functions for.
    ///
    /// Source: "Lambda runtimes", Lambda developer guide, *Deprecated runtimes*, column *Block function create*, in
    /// October 2026.
    static let retiredRuntimes: Set<Lambda.Runtime> = [
        .nodejs, .nodejs4_3, .nodejs4_3Edge, .nodejs6_10, .nodejs8_10, .nodejs10_x, .nodejs12_x, .nodejs14_x, .java8,
        .python2_7, .python3_6, .python3_7, .dotnetcore1_0, .dotnetcore2_0, .dotnetcore2_1, .dotnetcore3_1, .go1_x,
        .ruby2_5, .ruby2_7, .provided,
    ]

    /// Whether SnapStart works with a runtime: Java from 11, Python from 3.12, .NET from 8.
    ///
    /// Source: "Improving startup performance with Lambda SnapStart", Lambda developer guide.
    static func hasSnapStart(_ runtime: Lambda.Runtime) -> Bool {
        let name = runtime.rawValue
        let (family, oldest) =
            switch true {
            case name.hasPrefix("java"): ("java", 11)
            case name.hasPrefix("python3."): ("python3.", 12)
            case name.hasPrefix("dotnet"): ("dotnet", 8)
            default: ("", Int.max)
            }
        let version = name.dropFirst(family.count).prefix { $0.isNumber }
        return Int(version).map { $0 >= oldest } ?? false
    }

    /// Checks the settings of a function against each other, before they are stored.
    ///
    /// - Parameter isVPCChanged: whether the request changes the network, rather than a setting that needs it.
    static func check(
        _ configuration: Lambda.FunctionConfiguration, isVPCChanged: Bool = false
    ) throws(ServiceError) {
        if configuration.snapStart?.applyOn == .publishedVersions, let runtime = configuration.runtime,
            !hasSnapStart(runtime)
        {
            throw .invalidParameter("\(runtime.rawValue) is not supported for SnapStart enabled functions.")
        }
        guard let fileSystem = configuration.fileSystemConfigs?.first,
            (configuration.vpcConfig?.subnetIds ?? []).isEmpty
        else { return }
        throw .invalidParameter(
            isVPCChanged
                ? "Function VPC configuration cannot be removed with access point \(fileSystem.arn) referenced."
                : "Function must be configured to execute in a VPC to reference access point \(fileSystem.arn).")
    }
}
