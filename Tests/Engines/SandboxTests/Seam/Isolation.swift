import Glibc
import LinuxSystem
import SandboxPlan
import Testing

@testable import Sandbox

/// An implementation of the seam, as its contract sees it.
enum Isolation: Hashable, CustomTestStringConvertible {
    /// Namespaces, as one of the users that a server may be.
    case namespaces(Role)
    /// Plain processes under a supervisor.
    case supervised

    static var all: [Isolation] { Role.playable.map { .namespaces($0) } + [.supervised] }

    var testDescription: String {
        switch self {
        case .namespaces(let role): "namespaces, \(role.testDescription)"
        case .supervised: "supervised processes"
        }
    }
}

/// A provider of one implementation, and plans for it.
final class SeamFixture: Sendable {
    private let files: SandboxFixture
    private let isolation: Isolation
    private let supervised = SupervisedSandboxProvider()

    init(_ isolation: Isolation) throws {
        self.isolation = isolation
        if case .namespaces(let role) = isolation {
            files = try SandboxFixture(role)
        } else {
            files = try SandboxFixture(.root)
        }
    }

    /// Runs `body` as the implementation's user.
    func play<Result>(_ body: () throws -> Result) throws -> Result {
        guard case .namespaces(let role) = isolation else { return try body() }
        return try role.play(body)
    }

    /// Starts a sandbox. Call it as the implementation's user.
    func start(_ plan: SandboxPlan) throws -> any RunningSandbox {
        guard isolation == .supervised else { return try files.provider.start(plan) }
        return try supervised.start(plan)
    }

    /// Starts a sandbox, and closes it after `body`, all as the implementation's user.
    func with(_ plan: SandboxPlan, _ body: (any RunningSandbox) throws -> Void) throws {
        try play {
            let sandbox = try start(plan)
            defer { sandbox.close() }
            try body(sandbox)
        }
    }

    /// A plan without listeners that runs a shell script.
    func shell(_ script: String) -> SandboxPlan { isolated(files.shell(script)) }

    /// A plan without listeners that runs a Python program.
    func python(_ program: String) -> SandboxPlan { isolated(files.python(program)) }

    /// A plan without listeners that runs a program of the host.
    func plan(_ command: [String]) -> SandboxPlan { isolated(files.plan(command)) }

    private func isolated(_ plan: SandboxPlan) -> SandboxPlan {
        var plan = plan
        plan.network = .isolated(listeners: [])
        return plan
    }

    /// A plan whose sidecars are scripts, in order, beside a command that prints its name and sleeps.
    func sidecars(_ scripts: [String]) throws -> SandboxPlan {
        var plan = shell("echo command; sleep 60")
        for (number, script) in scripts.enumerated() {
            let name = "sidecar\(number)"
            try files.write("layer/\(name)", "#!/bin/sh\n\(script)\n", mode: 0o755)
            plan.sidecars.append(isolation == .supervised ? "\(files.folder)/layer/\(name)" : "/opt/\(name)")
        }
        plan.layerTrees = ["\(files.folder)/layer"]
        plan.sidecarEnvironment = ["PATH": "/usr/bin:/bin", "WHO": "sidecar"]
        return plan
    }

    /// A port of 127.0.0.1 on which no process listens.
    static func freePort() throws -> UInt16 {
        let descriptor = FileDescriptor(owning: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor.rawValue, $0, length) == 0 && getsockname(descriptor.rawValue, $0, &length) == 0
            }
        }
        try #require(isBound)
        return UInt16(bigEndian: address.sin_port)
    }
}
