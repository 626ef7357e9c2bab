import Testing

@testable import HTTP

@Suite struct BodyGateTests {
    private enum Event { case piece, pause, resume, end }

    /// The results of each pause, resumption and end.
    private static func answers(_ events: Event...) -> [Bool] {
        var gate = BodyGate()
        return events.compactMap { event in
            switch event {
            case .piece:
                gate.beginPiece()
                return nil
            case .pause: return gate.pause()
            case .resume: return gate.resume()
            case .end: return gate.end()
            }
        }
    }

    @Test func `a body that is paused twice is suspended once, and resumed once`() {
        #expect(Self.answers(.piece, .pause, .piece, .pause, .resume, .resume) == [true, false, true, false])
    }

    @Test func `a resumption during a piece cancels the pause that follows it`() {
        #expect(Self.answers(.piece, .resume, .pause) == [false, false])
        #expect(Self.answers(.piece, .pause, .piece, .resume, .pause) == [true, true, false])
    }

    @Test func `a resumption before a piece does not cancel the pause that follows it`() {
        #expect(Self.answers(.resume, .piece, .pause) == [false, true])
        #expect(Self.answers(.piece, .pause, .resume, .piece, .pause) == [true, true, true])
    }

    @Test func `nothing pauses after the end`() {
        #expect(Self.answers(.piece, .pause, .end, .piece, .pause) == [true, true, false])
    }
}
