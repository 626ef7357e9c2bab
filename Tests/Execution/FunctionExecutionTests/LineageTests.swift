import Testing

@testable import FunctionExecution

@Suite struct LineageTests {
    private let root = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"
    private let a = "aaaaaaaa"
    private let b = "bbbbbbbb"

    /// How many invocations of a chain run before one is stopped, of a thousand at most.
    private func length(_ chain: (Int) -> String) -> Int? {
        var lineage = Lineage()
        for number in 0..<1000 {
            // Through the header each time, as a real chain goes.
            lineage = Lineage(header: lineage.header(replacing: root))
            lineage.add(chain(number))
            if lineage.isLoop(of: chain(number)) { return number }
        }
        return nil
    }

    @Test func `a function runs sixteen times in a chain of its own`() {
        #expect(length { _ in a } == 16)
    }

    @Test(arguments: 2...12)
    func `a loop of several functions is stopped`(size: Int) throws {
        let stop = try #require(length { "0000000\(Array("0123456789ab")[$0 % size])" })
        // Sixteen times around from where it is watched, which is a power of two.
        #expect(stop >= 16 * size)
        #expect(stop <= 18 * size)
    }

    @Test func `a loop that begins late in a chain is stopped`() {
        #expect((length { $0 < 5 ? [a, a, a, b, "cccccccc"][$0] : b }) != nil)
        #expect((length { $0 < 100 ? "000000" + String($0 + 100).suffix(2) : b }) != nil)
    }

    @Test func `a chain that never comes back is not stopped`() {
        #expect(length { String(String($0 + 10_000_000).suffix(8)) } == nil)
    }

    @Test func `the header keeps what else it has`() {
        var lineage = Lineage(header: "\(root);Lineage=25:\(a):1;Self=1")
        lineage.add(b)
        #expect(lineage.header(replacing: "\(root);Lineage=25:\(a):1;Self=1") == "\(root);Self=1;Lineage=26:\(a):1")
    }

    @Test(arguments: [
        "", "Lineage=", "Lineage=1", "Lineage=a:aaaaaaaa:0", "Lineage=1:aaaa:0", "Lineage=-1:aaaaaaaa:0",
        "Lineage=1:aaaaaaaa:999", "Lineage=99999999999999999999:aaaaaaaa:0", "Lineage=a87bd80c:1|68fd508a:5",
    ])
    func `what cannot be read begins a chain`(header: String) {
        #expect(Lineage(header: header) == Lineage())
    }

    @Test func `counts stay within what others accept`() {
        var lineage = Lineage(header: "Lineage=32767:\(a):255")
        lineage.add(a)
        #expect(lineage.field == "Lineage=32767:\(a):255")
    }
}
