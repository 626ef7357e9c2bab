import Testing

@testable import HTTP

@Suite struct OriginLedgerTests {
    private static var limits: HTTPServer.OriginLimits {
        var limits = HTTPServer.OriginLimits()
        limits.connectionsPerOrigin = 2
        limits.guaranteedConnectionsPerOrigin = 0
        limits.sharedConnections = 3
        limits.bodyBytesPerOrigin = 10
        limits.totalBodyBytes = 15
        return limits
    }

    private var ledger = OriginLedger(limits: Self.limits)

    /// `#expect` cannot change what it looks at.
    private func expect(_ result: Bool, _ wanted: Bool, _ place: SourceLocation = #_sourceLocation) {
        #expect(result == wanted, sourceLocation: place)
    }

    @Test mutating func `one origin cannot take the connections of the others`() {
        let opened = (0..<5).map { _ in ledger.open(1) }
        #expect(opened == [true, true, false, false, false])
        expect(ledger.open(2), true)
        expect(ledger.open(3), false)
        ledger.close(1)
        expect(ledger.open(3), true)
    }

    @Test mutating func `many origins together cannot lock out another one`() {
        var limits = HTTPServer.OriginLimits()
        (limits.connectionsPerOrigin, limits.guaranteedConnectionsPerOrigin, limits.sharedConnections) = (4, 1, 3)
        ledger = OriginLedger(limits: limits)
        let opened = (0..<8).map { ledger.open($0 < 4 ? 1 : 2) }
        #expect(opened == [true, true, true, true, true, false, false, false])
        expect(ledger.open(3), true)
        expect(ledger.open(3), false)
        ledger.close(1)
        expect(ledger.open(3), true)
        expect(ledger.open(2), false)
    }

    @Test mutating func `bodies are bounded for one origin and for all`() {
        for origin: UInt32 in [1, 1, 2] { _ = ledger.open(origin) }
        expect(ledger.take(10, 1), true)
        expect(ledger.take(1, 1), false)
        expect(ledger.take(6, 2), false)
        expect(ledger.take(5, 2), true)
        ledger.giveBack(10, 1)
        expect(ledger.take(5, 2), true)
        expect(ledger.take(Int.max, 1), false)
    }

    @Test mutating func `what an origin held is free once its last connection is closed`() {
        _ = ledger.open(1)
        expect(ledger.take(10, 1), true)
        ledger.close(1)
        ledger.giveBack(10, 1)
        _ = ledger.open(2)
        _ = ledger.open(3)
        expect(ledger.take(10, 2), true)
        expect(ledger.take(5, 3), true)
        expect(ledger.take(1, 3), false)
    }

    @Test mutating func `a stranger holds nothing`() {
        expect(ledger.take(1, 9), false)
        ledger.giveBack(1, 9)
        expect(ledger.open(9), true)
    }
}
