/// The result of a layer's build.
public struct LayerReport: Hashable, Sendable {
    /// The zip.
    public let package: PackageReport
    /// Whether the zip was there already, of the same input.
    public let isUnchanged: Bool
    /// The packages in it, with their digests; empty for an unchanged layer.
    public let packages: [LayerPackage]
    /// What was left out, by rule.
    public let savings: [LayerSaving]
    /// How many files of bytecode it has.
    public let bytecodeCount: Int
    /// What the user should know, one sentence each.
    public let notes: [String]
    /// The path of the bill of materials; `nil` where none was wanted.
    public let materials: String?
    /// The path of the lock file.
    public let lock: String
}
