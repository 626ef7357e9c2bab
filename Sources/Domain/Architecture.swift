/// An instruction set that functions run on, named as the API names it.
public enum Architecture: String, CaseIterable, Hashable, Sendable {
    /// 64-bit x86.
    case x86 = "x86_64"
    /// 64-bit Arm.
    case arm = "arm64"

    /// What a function has when its creator names none.
    public static let byDefault = Architecture.x86
}
