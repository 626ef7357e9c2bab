import CFuzzer
import FuzzTargets
import Glibc

/// Runs libFuzzer on the target that `STRATA_FUZZ_TARGET` names; arguments are libFuzzer's. A variable, because
/// libFuzzer starts itself again with its own arguments, to merge or to minimize.
@main
struct Fuzzer {
    static func main() {
        guard target != nil else {
            print("STRATA_FUZZ_TARGET must be one of: \(FuzzTarget.all.map(\.name).joined(separator: " "))")
            exit(2)
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { bytes, length in
                Fuzzer.run(UnsafeRawBufferPointer(start: bytes, count: length))
                return 0
            })
    }

    private static let target = getenv("STRATA_FUZZ_TARGET").map { String(cString: $0) }.flatMap { name in
        FuzzTarget.all.first { $0.name == name }
    }

    /// Ends the process on a finding, which libFuzzer then keeps.
    private static func run(_ input: UnsafeRawBufferPointer) {
        do throws(FuzzFinding) { try target?.run(input) } catch { fatalError("finding: \(error)") }
    }
}
