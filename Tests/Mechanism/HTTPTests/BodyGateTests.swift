import Testing

@testable import HTTP

@Suite struct BodyGateTests {
    private enum Event { case piece, pause, resume, end }

    /// After each pause, resumption and end: whether the body is paused.
    private static func states(_ events: Event...) -> [Bool] {
        var gate = BodyGate()
        return events.compactMap { event in
            switch event {
            case .piece:
                gate.beginPiece()
                return nil
            case .pause: gate.pause()
            case .resume: _ = gate.resume()
            case .end: _ = gate.end()
            }
            return gate.isPaused
        }
    }

    @Test func `a paused body is resumed once`() {
        var gate = BodyGate()
        gate.beginPiece()
        gate.pause()
        #expect([gate.resume(), gate.resume()] == [true, false])
    }

    @Test func `a resumption during a piece cancels the pause that follows it`() {
        #expect(Self.states(.piece, .resume, .pause) == [false, false])
        #expect(Self.states(.piece, .pause, .resume, .piece, .resume, .pause) == [true, false, false, false])
    }

    @Test func `a resumption before a piece does not cancel the pause that follows it`() {
        #expect(Self.states(.resume, .piece, .pause) == [false, true])
        #expect(Self.states(.piece, .pause, .resume, .piece, .pause) == [true, false, true])
    }

    @Test func `nothing pauses after the end`() {
        #expect(Self.states(.piece, .pause, .end, .piece, .pause) == [true, false, false])
    }
}
