import SeededRandom
import Testing

@testable import LinuxSystem

@Suite struct TimerHeapTests {
    /// Fires everything that is due.
    private static func fire(_ heap: inout TimerHeap<Int>, at now: UInt64) -> [Int] {
        var fired: [Int] = []
        while let value = heap.popDue(at: now) { fired.append(value) }
        return fired
    }

    @Test func `timers fire in the order of their deadlines, and not before`() {
        var heap = TimerHeap<Int>()
        for deadline: UInt64 in [5, 3, 9, 1, 7] { _ = heap.insert(Int(deadline), deadline: deadline) }
        #expect(heap.earliestDeadline == 1)
        #expect(Self.fire(&heap, at: 0) == [])
        #expect(Self.fire(&heap, at: 5) == [1, 3, 5])
        #expect(heap.earliestDeadline == 7)
        #expect(Self.fire(&heap, at: .max) == [7, 9])
        #expect(heap.earliestDeadline == nil)
    }

    @Test func `timers with equal deadlines fire in the order in which they were set`() {
        var heap = TimerHeap<Int>()
        let keys = (0..<100).map { heap.insert($0, deadline: 10) }
        for removed in stride(from: 0, to: 100, by: 3) { heap.remove(keys[removed]) }
        #expect(Self.fire(&heap, at: 10) == (0..<100).filter { !$0.isMultiple(of: 3) })
    }

    @Test func `a removed timer does not fire, and is removed once`() {
        var heap = TimerHeap<Int>()
        let key = heap.insert(1, deadline: 1)
        _ = heap.insert(2, deadline: 2)
        let first = heap.remove(key)
        let second = heap.remove(key)
        #expect(first == 1)
        #expect(second == nil)
        #expect(Self.fire(&heap, at: .max) == [2])
    }

    @Test func `the key of a timer that fired does not remove the timer that follows it`() {
        var heap = TimerHeap<Int>()
        let fired = heap.insert(1, deadline: 1)
        #expect(Self.fire(&heap, at: 1) == [1])
        _ = heap.insert(2, deadline: 2)
        let removed = heap.remove(fired)
        #expect(removed == nil)
        #expect(Self.fire(&heap, at: 2) == [2])
    }

    @Test func `timers that are set and cancelled only take the memory of those that were pending at once`() {
        var heap = TimerHeap<Int>()
        for number in 0..<10 { _ = heap.insert(number, deadline: 45_000_000_000) }
        for number in 0..<100_000 {
            let key = heap.insert(number, deadline: UInt64(number) + 3_000_000_000)
            heap.remove(key)
        }
        #expect(heap.count == 10)
        #expect(heap.slotCount == 11)
    }

    /// The same promises, kept by looking at every timer.
    private struct NaiveTimers {
        private var timers: [(value: Int, deadline: UInt64)] = []

        var count: Int { timers.count }
        var earliestDeadline: UInt64? { timers.map(\.deadline).min() }

        mutating func insert(_ value: Int, deadline: UInt64) { timers.append((value, deadline)) }

        mutating func remove(_ value: Int) -> Int? {
            timers.firstIndex { $0.value == value }.map { timers.remove(at: $0).value }
        }

        mutating func popDue(at now: UInt64) -> Int? {
            // Values ascend with the order of insertion.
            let due = timers.filter { $0.deadline <= now }
            let next = due.min { $0.deadline == $1.deadline ? $0.value < $1.value : $0.deadline < $1.deadline }
            return next.flatMap { remove($0.value) }
        }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `any sequence of calls has the results of a list that is searched`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var heap = TimerHeap<Int>()
        var model = NaiveTimers()
        var keys: [TimerHeap<Int>.Key] = []
        var now: UInt64 = 0
        for _ in 0..<1_000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                // Few different deadlines, so that many are equal; some lie in the past.
                let deadline = now + UInt64.random(in: 0...20, using: &random) - min(now, 3)
                model.insert(keys.count, deadline: deadline)
                keys.append(heap.insert(keys.count, deadline: deadline))
            case 5..<8:
                guard let number = keys.indices.randomElement(using: &random) else { continue }
                let (removed, expected) = (heap.remove(keys[number]), model.remove(number))
                #expect(removed == expected, "seed \(seed)")
            default:
                now += UInt64.random(in: 0...4, using: &random)
                let (fired, expected) = (heap.popDue(at: now), model.popDue(at: now))
                #expect(fired == expected, "seed \(seed)")
            }
            #expect(heap.count == model.count, "seed \(seed)")
            #expect(heap.earliestDeadline == model.earliestDeadline, "seed \(seed)")
        }
    }
}
