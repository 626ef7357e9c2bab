import Testing

@testable import RuntimeAPI

@Suite struct EnvironmentLifecycleTests {
    @Test func `extensions register before the runtime starts`() {
        var lifecycle = EnvironmentLifecycle()
        lifecycle.began(hasExternalExtensions: true)
        let early = lifecycle.ready()
        #expect(early == nil)
        let starts = lifecycle.extensionsRegistered()
        let again = lifecycle.extensionsRegistered()
        #expect(starts && !again)
        #expect(!lifecycle.isServing)
        let phase = lifecycle.ready()
        #expect(phase == .initially)
        #expect(lifecycle.isServing)
    }

    @Test func `an init phase that fails is repeated once, within an invocation`() {
        var lifecycle = EnvironmentLifecycle()
        lifecycle.began(hasExternalExtensions: false)
        let first = lifecycle.initFailed(canRetry: true)
        #expect(first == .retry)
        let twice = lifecycle.initFailed(canRetry: true)
        #expect(twice == nil)
        let restarts = lifecycle.sandboxEnded()
        #expect(restarts)
        #expect(lifecycle.attempt == .withinInvocation)
        lifecycle.began(hasExternalExtensions: false)
        let second = lifecycle.initFailed(canRetry: true)
        #expect(second == .end)
        let again = lifecycle.sandboxEnded()
        #expect(!again)
    }

    @Test func `without an invocation there is no time to repeat an init phase in`() {
        var lifecycle = EnvironmentLifecycle()
        lifecycle.began(hasExternalExtensions: false)
        let outcome = lifecycle.initFailed(canRetry: false)
        #expect(outcome == .end)
    }

    @Test func `what serves cannot fail its init phase, and what ends does not serve`() {
        var lifecycle = EnvironmentLifecycle()
        lifecycle.began(hasExternalExtensions: false)
        _ = lifecycle.ready()
        let outcome = lifecycle.initFailed(canRetry: true)
        #expect(outcome == nil)
        lifecycle.end()
        #expect(!lifecycle.isServing)
        let restarts = lifecycle.sandboxEnded()
        #expect(!restarts)
    }

    @Test func `an environment that is retired while its init phase is reset is not made again`() {
        var lifecycle = EnvironmentLifecycle()
        lifecycle.began(hasExternalExtensions: false)
        _ = lifecycle.initFailed(canRetry: true)
        lifecycle.end()
        let restarts = lifecycle.sandboxEnded()
        #expect(!restarts)
    }
}
