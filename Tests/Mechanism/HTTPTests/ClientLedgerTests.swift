import Testing

@testable import HTTP

@Suite struct ClientLedgerTests {
    private static func address(_ last: UInt8) -> PeerAddress? { PeerAddress([192, 0, 2, last]) }

    @Test func `an address takes half of the places, and the next one half of the rest`() {
        var ledger = ClientLedger(limit: 1_000)
        let counts = ([1, 2, 3, 4] as [UInt8]).map { number in
            var count = 0
            while ledger.open(Self.address(number)) == .admitted { count += 1 }
            return count
        }
        #expect(counts == [500, 250, 125, 63])
        #expect(ledger.open(Self.address(1)) == .addressIsFull)
        #expect(ledger.open(Self.address(9)) == .admitted)
    }

    @Test func `clients of this host share all places`() {
        var ledger = ClientLedger(limit: 100)
        var verdicts: [ClientLedger.Verdict] = []
        for _ in 0..<101 { verdicts.append(ledger.open(nil)) }
        #expect(verdicts.last == .full)
        #expect(verdicts.dropLast().allSatisfy { $0 == .admitted })
    }

    @Test func `a place is free again when its connection has ended`() {
        var ledger = ClientLedger(limit: 40)
        var verdicts = (0...20).map { _ in ledger.open(Self.address(1)) }
        #expect(verdicts.filter { $0 == .admitted }.count == 20)
        ledger.close(Self.address(1))
        verdicts = [ledger.open(Self.address(1)), ledger.open(Self.address(1))]
        #expect(verdicts == [.admitted, .addressIsFull])
        #expect(ledger.count == 20)
    }

    @Test func `a network of version 6 is one address, and this host is none`() {
        let network: [UInt8] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 1]
        #expect(PeerAddress(network + [0, 0, 0, 0, 0, 0, 0, 1]) == PeerAddress(network + [9, 9, 9, 9, 9, 9, 9, 9]))
        let mapped = [UInt8](repeating: 0, count: 10) + [255, 255]
        #expect(PeerAddress(mapped + [192, 0, 2, 1]) == Self.address(1))
        for own in [[127, 0, 0, 1], mapped + [127, 1, 2, 3], [UInt8](repeating: 0, count: 15) + [1]] {
            #expect(PeerAddress(own) == nil)
        }
    }
}
