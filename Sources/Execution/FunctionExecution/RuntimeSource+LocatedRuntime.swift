internal import Bytecode
internal import Domain
package import Packaging
internal import Runtimes

extension RuntimeSource {
    /// What the folder of a runtime of this host is made of; `nil` where its language has no SDK.
    package init?(_ located: LocatedRuntime) {
        let name = located.runtime.description
        guard let program = RuntimeProgram.running(name)?.program, let sdk = program.sdk else { return nil }
        self.init(
            name: name, interpreter: located.executable,
            interpreterIdentity: InterpreterIdentity(located).description,
            files: program.files.map { File(name: $0.name, bytes: $0.bytes) }, package: sdk.package,
            evidence: sdk.evidence, compile: sdk.compile)
    }
}
