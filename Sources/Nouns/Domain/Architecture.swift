/// An instruction set that functions run on, named as the API names it.
public enum Architecture: String, CaseIterable, Hashable, Sendable {
    /// 64-bit x86.
    case x86 = "x86_64"
    /// 64-bit Arm.
    case arm = "arm64"

    /// The architecture that this program was built for, which is the host's.
    public static var ofThisHost: Architecture {
        #if arch(arm64)
            .arm
        #else
            .x86
        #endif
    }

    /// The number of the processor in an ELF file's header (`e_machine`, elf(5)).
    public var elfMachine: UInt16 {
        switch self {
        case .x86: 62
        case .arm: 183
        }
    }

    /// The processor as Linux and QEMU call it.
    public var processorName: String {
        switch self {
        case .x86: "x86_64"
        case .arm: "aarch64"
        }
    }

    /// The architecture of a function for which none is named.
    public static let byDefault = Architecture.x86
}
