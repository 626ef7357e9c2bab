import Glibc
import Testing

@testable import Sandbox

/// How an end is told, for every way in which it can come about.
@Suite struct SandboxStateTests {
    private static func exit(
        waitStatus: Int32?, killed: NamespaceSandboxState.KillReason? = nil, oom: Bool = false
    ) -> SandboxExit? {
        var state = NamespaceSandboxState()
        if let killed { _ = state.kill(because: killed) }
        if let waitStatus { state.commandEnded(waitStatus: waitStatus) }
        state.ended(killedByMemoryLimit: oom)
        return state.exit
    }

    @Test func `what the command did comes before what we did`() {
        #expect(Self.exit(waitStatus: 0) == .exited(code: 0))
        #expect(Self.exit(waitStatus: 3 << 8) == .exited(code: 3))
        #expect(Self.exit(waitStatus: 3 << 8, killed: .asked, oom: true) == .exited(code: 3))
        #expect(Self.exit(waitStatus: SIGSEGV | 0x80) == .signaled(SIGSEGV))
        #expect(Self.exit(waitStatus: SIGKILL) == .signaled(SIGKILL))
        #expect(Self.exit(waitStatus: SIGKILL, oom: true) == .outOfMemory)
        #expect(Self.exit(waitStatus: SIGTERM, oom: true) == .signaled(SIGTERM))
    }

    @Test func `without a word of the command our own reason counts`() {
        #expect(Self.exit(waitStatus: nil) == .lost)
        #expect(Self.exit(waitStatus: nil, oom: true) == .outOfMemory)
        #expect(Self.exit(waitStatus: nil, killed: .asked) == .killed)
        #expect(Self.exit(waitStatus: nil, killed: .memory) == .outOfMemory)
        #expect(Self.exit(waitStatus: nil, killed: .asked, oom: true) == .killed)
    }

    @Test func `an end is told once and never changes`() {
        var state = NamespaceSandboxState()
        #expect(state.exit == nil)
        let first = state.kill(because: .asked)
        let second = state.kill(because: .memory)  // a second signal does no harm, and the first reason stays
        #expect(first && second)
        state.ended(killedByMemoryLimit: false)
        #expect(state.exit == .killed)
        let late = state.kill(because: .memory)
        #expect(!late)
        state.commandEnded(waitStatus: 0)
        state.ended(killedByMemoryLimit: false)
        #expect(state.exit == .killed)
    }
}
