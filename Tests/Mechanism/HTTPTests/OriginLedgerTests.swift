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

    /// Calls to mutating methods are not possible inside of `#expect`.
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
        expect(ledger.reserve(10, 1), true)
        expect(ledger.reserve(1, 1), false)
        expect(ledger.reserve(6, 2), false)
        expect(ledger.reserve(5, 2), true)
        ledger.release(10, 1)
        expect(ledger.reserve(5, 2), true)
        expect(ledger.reserve(Int.max, 1), false)
    }

    @Test mutating func `the bytes of an origin are released with its last connection`() {
        _ = ledger.open(1)
        expect(ledger.reserve(10, 1), true)
        ledger.close(1)
        ledger.release(10, 1)
        _ = ledger.open(2)
        _ = ledger.open(3)
        expect(ledger.reserve(10, 2), true)
        expect(ledger.reserve(5, 3), true)
        expect(ledger.reserve(1, 3), false)
    }

    @Test mutating func `an origin without connections can reserve nothing`() {
        expect(ledger.reserve(1, 9), false)
        ledger.release(1, 9)
        expect(ledger.open(9), true)
    }
}
