import Testing

@testable import RuntimeAPI

@Suite struct ShutdownSequenceTests {
    @Test func `the runtime ends first, then extensions get SHUTDOWN, then everything is killed`() {
        var sequence = ShutdownSequence()
        let first = sequence.begin(isRuntimeRunning: true, hasExternal: true, hasInternal: false)
        #expect(first == .terminateRuntime(patienceMilliseconds: 600))
        let second = sequence.runtimeEnded(hasExternal: true)
        #expect(second == .tellExtensions(patienceMilliseconds: 1400))
        let third = sequence.extensionsEnded()
        #expect(third == .kill)
    }

    @Test func `internal extensions give the runtime half a second`() {
        var sequence = ShutdownSequence()
        let first = sequence.begin(isRuntimeRunning: true, hasExternal: false, hasInternal: true)
        #expect(first == .terminateRuntime(patienceMilliseconds: 500))
        let second = sequence.timeIsUp(in: .runtime, hasExternal: false)
        #expect(second == .kill)
    }

    @Test func `nothing is waited for without extensions`() {
        var sequence = ShutdownSequence()
        let first = sequence.begin(isRuntimeRunning: true, hasExternal: false, hasInternal: false)
        #expect(first == .kill)
    }

    @Test func `extensions have the whole time where the runtime never ran`() {
        var sequence = ShutdownSequence()
        let first = sequence.begin(isRuntimeRunning: false, hasExternal: true, hasInternal: false)
        #expect(first == .tellExtensions(patienceMilliseconds: 2000))
    }

    @Test func `a timer of a stage that is over changes nothing, and nothing happens twice`() {
        var sequence = ShutdownSequence()
        _ = sequence.begin(isRuntimeRunning: true, hasExternal: true, hasInternal: false)
        let again = sequence.begin(isRuntimeRunning: true, hasExternal: true, hasInternal: false)
        #expect(again == nil)
        _ = sequence.runtimeEnded(hasExternal: true)
        let late = sequence.timeIsUp(in: .runtime, hasExternal: true)
        let ended = sequence.runtimeEnded(hasExternal: true)
        #expect(late == nil && ended == nil)
        let over = sequence.timeIsUp(in: .extensions, hasExternal: true)
        let overAgain = sequence.extensionsEnded()
        #expect(over == .kill && overAgain == nil)
    }
}
