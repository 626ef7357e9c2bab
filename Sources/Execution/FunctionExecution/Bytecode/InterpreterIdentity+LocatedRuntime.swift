package import Bytecode
internal import Domain
internal import Glibc
internal import LinuxSystem
internal import Runtimes

extension InterpreterIdentity {
    /// Identifies an interpreter of this host by its program and its shared libraries, which bring the compiler.
    package init(_ located: LocatedRuntime) {
        let name = located.runtime.description
        let library = "lib" + (RuntimeProgram.running(name)?.program.interpreters.programPrefix ?? "")
        let folder = "\(located.prefix)/lib"
        let libraries = (DirectoryListing.names(folder) ?? []).filter { $0.hasPrefix(library) }.sorted()
        let paths = [located.executable] + libraries.map { "\(folder)/\($0)" }
        self.init(runtime: name, files: paths.compactMap { InterpreterFile(at: $0) })
    }
}

extension InterpreterFile {
    /// `nil` where there is nothing by that name.
    fileprivate init?(at path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(
            path: path, bytes: status.st_size,
            modified: status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec, inode: UInt64(status.st_ino))
    }
}
