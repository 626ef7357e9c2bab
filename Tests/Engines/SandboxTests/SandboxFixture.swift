import Glibc
import LinuxSystem
import SandboxPlan
import Synchronization
import Testing

@testable import Sandbox

/// A provider for one role, with a folder that is removed with it.
final class SandboxFixture: Sendable {
    let role: Role
    let provider: NamespaceSandboxProvider
    /// A folder that only the role's user can enter, like a server's data folder.
    let folder: String
    /// The suffix of this fixture's cgroups.
    let cgroupSuffix: String
    private let cgroups: CgroupParent?
    private let initFolder: String
    private static let count = Atomic<Int>(0)

    /// A sandbox's output and exit.
    struct Outcome {
        let output: String
        let exit: SandboxExit?
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    init(_ role: Role) throws {
        self.role = role
        initFolder = try Self.makeFolder(mode: 0o755)
        let initExecutable = "\(initFolder)/strata-init"
        try Self.copy(Self.builtInit(), to: initExecutable)
        folder = try Self.makeFolder(mode: 0o700)
        guard chown(folder, role.uid, role.uid) == 0 || geteuid() != 0 else {
            throw POSIXFailure(call: "chown", errno: errno)
        }
        // Several at once, and next to a server's own: each needs a subtree of its own name.
        let suffix = "-test\(Self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
        cgroupSuffix = suffix
        cgroups = try role.play {
            CgroupParent.prepare(
                layout: .current(), files: KernelCgroupFileSystem(), serverID: getpid(), suffix: suffix)
        }
        let cgroups = cgroups
        provider = try role.play { try NamespaceSandboxProvider(initExecutable: initExecutable, cgroups: cgroups) }
    }

    deinit {
        cgroups?.close()
        Self.removeTree(folder)
        Self.removeTree(initFolder)
    }

    /// Whether the kernel enforces memory and CPU limits here.
    var hasCgroups: Bool { cgroups != nil }

    /// A plan that runs a Python program.
    func python(_ program: String) -> SandboxPlan {
        plan(["/usr/bin/python3", "-I", "-c", program])
    }

    /// A plan that runs a shell script.
    func shell(_ script: String) -> SandboxPlan {
        plan(["/bin/sh", "-c", script])
    }

    /// A plan that runs a program of the host.
    func plan(_ command: [String]) -> SandboxPlan {
        var plan = SandboxPlan(command: command)
        plan.userland = HostUserland.detect()
        plan.environment = ["PATH": "/usr/bin:/bin"]
        plan.limits = SandboxLimits(memoryBytes: 256 << 20, cpuCores: 2)
        return plan
    }

    /// Starts a sandbox as the role's user.
    func start(_ plan: SandboxPlan) throws -> any RunningSandbox {
        try role.play { try provider.start(plan) }
    }

    /// Runs a sandbox to its end.
    func run(_ plan: SandboxPlan) throws -> Outcome {
        try role.play {
            let sandbox = try provider.start(plan)
            defer { sandbox.close() }
            let output = Self.drain(sandbox)
            return Outcome(output: output, exit: sandbox.reap())
        }
    }

    /// Reads everything that a sandbox writes until all of it has ended, or a minute has passed.
    static func drain(_ sandbox: any RunningSandbox) -> String {
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        var waiting = [
            pollfd(fd: sandbox.output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: sandbox.processDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&waiting, 2, 60_000) > 0 {
            let ended = waiting[1].revents != 0
            while true {
                let count = read(sandbox.output, &chunk, chunk.count)
                guard count > 0 else { break }
                text += chunk[..<count]
            }
            if ended { break }
            if waiting[0].revents & Int16(POLLIN) == 0 { waiting[0].fd = -1 }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Runs a sandbox to its end as the server does where the kernel does not enforce the limit: it polls the memory.
    func runWatchingMemory(_ plan: SandboxPlan) throws -> Outcome {
        try role.play {
            let sandbox = try provider.start(plan)
            defer { sandbox.close() }
            while !Readiness.await(sandbox.processDescriptor, limitMilliseconds: 5) {
                let memory = sandbox.memory()
                if !memory.isEnforced, memory.currentBytes > plan.limits.memoryBytes { sandbox.killForMemory() }
            }
            let output = Self.drain(sandbox)
            return Outcome(output: output, exit: sandbox.reap())
        }
    }

    /// Waits until a sandbox has written exactly `text`, or more; false when it ends or a minute passes before.
    static func awaitOutput(_ sandbox: any RunningSandbox, _ text: String) -> Bool {
        var seen: [UInt8] = []
        var byte: UInt8 = 0
        while seen.count < text.utf8.count, Readiness.await(sandbox.output, limitMilliseconds: 60_000) {
            guard read(sandbox.output, &byte, 1) == 1 else { return false }
            seen.append(byte)
        }
        return seen == Array(text.utf8)
    }

    /// Discards what a sandbox has written so far.
    static func discardOutput(_ sandbox: any RunningSandbox) {
        var chunk = [UInt8](repeating: 0, count: 65536)
        while read(sandbox.output, &chunk, chunk.count) > 0 {}
    }

    /// Removes what a killed process could not remove itself.
    var temporaryFolders: [String] { [folder, initFolder] }

    /// Writes a file of the fixture's folder, with everything above it, readable for all.
    func write(_ path: String, _ contents: String, mode: UInt32 = 0o644) throws {
        let parts = path.split(separator: "/")
        for count in 1..<max(1, parts.count) { mkdir("\(folder)/\(parts[..<count].joined(separator: "/"))", 0o755) }
        let full = "\(folder)/\(path)"
        let file = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw POSIXFailure(call: "open \(full)", errno: errno) }
        defer { close(file) }
        let bytes = Array(contents.utf8)
        guard Glibc.write(file, bytes, bytes.count) == bytes.count, fchmod(file, mode) == 0 else {
            throw POSIXFailure(call: "write \(full)", errno: errno)
        }
    }

    private static func makeFolder(mode: UInt32) throws -> String {
        var template = Array("/tmp/strata-sandbox-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXFailure(call: "mkdtemp", errno: errno) }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard chmod(path, mode) == 0 else { throw POSIXFailure(call: "chmod", errno: errno) }
        return path
    }

    /// `strata-init` beside these tests, wherever the build folder is.
    static func builtInit() throws -> String {
        let executable = realpath("/proc/self/exe", nil)
        defer { free(executable) }
        let candidates = [executable.map { String(cString: $0) }].compactMap(\.self) + CommandLine.arguments
        for candidate in candidates {
            guard let slash = candidate.lastIndex(of: "/") else { continue }
            let path = "\(candidate[..<slash])/strata-init"
            if access(path, X_OK) == 0 { return path }
        }
        throw POSIXFailure(call: "find strata-init beside \(candidates)", errno: ENOENT)
    }

    /// By a program of its own: were the copy open for writing here, a child that another test spawns at this moment
    /// would hold it open as well, and executing it would fail with ETXTBSY.
    private static func copy(_ source: String, to target: String) throws {
        let copying = try ChildProcess.spawn("/bin/cp", arguments: [source, target], descriptors: [])
        copying.wait()
        guard chmod(target, 0o755) == 0 else { throw POSIXFailure(call: "copy \(source)", errno: errno) }
    }

    /// Removes a folder and everything in it.
    static func removeTree(_ path: String) {
        for name in DirectoryListing.names(path) ?? [] {
            var status = stat()
            let entry = "\(path)/\(name)"
            guard lstat(entry, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR { removeTree(entry) } else { unlink(entry) }
        }
        rmdir(path)
    }
}
