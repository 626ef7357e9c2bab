import Glibc
import Testing

@testable import Sandbox

/// How an end is reported, for every cause.
@Suite struct SandboxStateTests {
    private static func exit(
        waitStatus: Int32?, killed: NamespaceSandboxState.KillReason? = nil, oom: Bool = false
    ) -> SandboxExit? {
        var state = NamespaceSandboxState(firstProcess: 1, sidecarCount: 0)
        if let killed { _ = state.kill(because: killed) }
        if let waitStatus { _ = state.accepts(.exited(program: 0, waitStatus: waitStatus), from: 1) }
        state.didEnd(killedByMemoryLimit: oom)
        return state.exit
    }

    @Test func `the command's own exit takes precedence over our kill`() {
        #expect(Self.exit(waitStatus: 0) == .exited(code: 0))
        #expect(Self.exit(waitStatus: 3 << 8) == .exited(code: 3))
        #expect(Self.exit(waitStatus: 3 << 8, killed: .requested, oom: true) == .exited(code: 3))
        #expect(Self.exit(waitStatus: SIGSEGV | 0x80) == .signaled(SIGSEGV))
        #expect(Self.exit(waitStatus: SIGKILL) == .signaled(SIGKILL))
        #expect(Self.exit(waitStatus: SIGKILL, oom: true) == .outOfMemory)
        #expect(Self.exit(waitStatus: SIGTERM, oom: true) == .signaled(SIGTERM))
    }

    @Test func `without a report of the command our own reason counts`() {
        #expect(Self.exit(waitStatus: nil) == .lost)
        #expect(Self.exit(waitStatus: nil, oom: true) == .outOfMemory)
        #expect(Self.exit(waitStatus: nil, killed: .requested) == .killed)
        #expect(Self.exit(waitStatus: nil, killed: .memory) == .outOfMemory)
        #expect(Self.exit(waitStatus: nil, killed: .requested, oom: true) == .killed)
    }

    @Test func `an end is set once and never changes`() {
        var state = NamespaceSandboxState(firstProcess: 1, sidecarCount: 0)
        #expect(state.exit == nil)
        let first = state.kill(because: .requested)
        let second = state.kill(because: .memory)  // a second signal does no harm, and the first reason stays
        #expect(first && second)
        state.didEnd(killedByMemoryLimit: false)
        #expect(state.exit == .killed)
        let late = state.kill(because: .memory)
        #expect(!late)
        let isAccepted = state.accepts(.exited(program: 0, waitStatus: 0), from: 1)
        #expect(isAccepted)
        state.didEnd(killedByMemoryLimit: false)
        #expect(state.exit == .killed)
    }
}
