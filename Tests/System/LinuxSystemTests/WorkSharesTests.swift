import Synchronization
import Testing

@testable import LinuxSystem

/// Shares of clients that have one letter, with work that is a number.
private final class Sample {
    private var shares: WorkShares<Character, Int>

    init(places: Int, backlog: Int = 100, _ clients: String = "") {
        shares = WorkShares(places: places, backlog: backlog)
        for (number, client) in clients.enumerated() { #expect(add(number, of: client)) }
    }

    var counts: [Int] { [shares.runningCount, shares.waitingCount] }

    func add(_ number: Int, of client: Character) -> Bool { shares.add(number, of: client) }

    func end(_ client: Character) { shares.didEnd(client) }

    /// Takes all that may run now, as texts such as `a1`.
    func take() -> [String] {
        var taken: [String] = []
        while let (client, work) = shares.next() { taken.append("\(client)\(work)") }
        #expect(!shares.hasNext)
        return taken
    }
}

@Suite struct WorkSharesTests {
    @Test func `one client never takes all places`() {
        let shares = Sample(places: 8, "aaaaaaaaaa")
        #expect(shares.take().count == 4)
        for client in "bcd" {
            #expect(shares.add(0, of: client))
            #expect(shares.take() == ["\(client)0"])
        }
    }

    @Test func `clients take turns, each in its own order`() {
        let shares = Sample(places: 1, "aaabbc")
        var order: [String] = []
        while let next = shares.take().first, let client = next.first {
            order.append(next)
            shares.end(client)
        }
        #expect(order == ["a0", "b3", "c5", "a1", "b4", "a2"])
    }

    @Test func `one client never fills the backlog`() {
        let shares = Sample(places: 1, backlog: 8)
        #expect("aaaaaaaabbbbbbbb".filter { shares.add(0, of: $0) } == "aaaabb")
        #expect(shares.add(0, of: "c"))
    }

    @Test func `a place that is free again goes to the client whose turn it is`() {
        let shares = Sample(places: 4, "aaabb")
        #expect(shares.take() == ["a0", "b3", "a1"])
        #expect(shares.counts == [3, 2])
        shares.end("b")
        #expect(shares.take() == ["b4"])
        shares.end("a")
        #expect(shares.take() == ["a2"])
    }

    @Test func `a client that has ended leaves nothing behind`() {
        let shares = Sample(places: 2, "a")
        #expect(shares.take() == ["a0"])
        shares.end("a")
        #expect(shares.counts == [0, 0])
        #expect(shares.take() == [])
    }
}

@Suite struct SharedWorkQueueTests {
    @Test func `a client whose work blocks leaves threads to others`() throws {
        let queue = try SharedWorkQueue<String>(name: "test", threadCount: 4, capacity: 100)
        let gate = Semaphore()
        let begun = Semaphore()
        for _ in 0..<10 {
            #expect(
                queue.submit(for: "hostile") {
                    begun.signal()
                    gate.wait()
                })
        }
        begun.wait()
        begun.wait()
        let done = Semaphore()
        #expect(queue.submit(for: "victim") { done.signal() })
        // Would wait for ever, as the hostile client's work does.
        done.wait()
        for _ in 0..<10 { gate.signal() }
        queue.close()
    }

    @Test func `closing performs what is pending, of every client`() throws {
        let queue = try SharedWorkQueue<Int>(name: "test", threadCount: 3, capacity: 1_000)
        let count = Mutex(0)
        for number in 0..<300 { #expect(queue.submit(for: number % 3) { count.withLock { $0 += 1 } }) }
        queue.close()
        #expect(count.withLock(\.self) == 300)
        #expect(!queue.submit(for: 0) {})
    }
}
