import SeededRandom
import Testing

@testable import SQLite

@Suite struct GroupCommitTests {
    @Test func `a writer commits at once where no other waits`() {
        var state = GroupCommit<Int>()
        for writer in 0..<3 {
            let hasTurn = state.didArrive(writer)
            #expect(hasTurn)
            guard case .commit = state.didRun(writer) else {
                Issue.record("it waits for nothing")
                return
            }
            let end = state.didEnd()
            #expect(end.group == [writer] && end.next == nil)
        }
    }

    @Test func `writers that wait share a transaction in order, and those that come during its commit the next one`() {
        var state = GroupCommit<Int>()
        let isFirst = [state.didArrive(0), state.didArrive(1), state.didArrive(2)]
        #expect(isFirst == [true, false, false])
        guard case .hand(to: 1) = state.didRun(0), case .hand(to: 2) = state.didRun(1), case .commit = state.didRun(2)
        else {
            Issue.record("each hands over to the next, and the last commits")
            return
        }
        let hasTurn = state.didArrive(3)
        #expect(!hasTurn)
        let end = state.didEnd()
        #expect(end.group == [0, 1, 2] && end.next == 3)
        #expect(state.group.isEmpty)
    }

    @Test func `a writer whose transaction did not begin hands the connection on`() {
        var state = GroupCommit<Int>()
        let isFirst = [state.didArrive(0), state.didArrive(1)]
        #expect(isFirst == [true, false])
        let end = state.didEnd()
        #expect(end.group.isEmpty && end.next == 1)
        let next = state.didEnd().next
        #expect(next == nil)
        let hasTurn = state.didArrive(2)
        #expect(hasTurn)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `each writer has one turn, in the order of arrival, and each group ends once`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var state = GroupCommit<Int>()
        var (arrived, ended, turn) = (0, 0, Int?.none)
        var largest = 0
        while ended < 20_000 {
            if Int.random(in: 0..<3, using: &random) > 0, arrived < ended + 300 {
                let isFirst = state.didArrive(arrived)
                #expect(isFirst == (turn == nil))
                if isFirst { turn = arrived }
                arrived += 1
            } else if let writer = turn {
                #expect(writer == ended + state.group.count)
                // One in eight fails in a way that ends the group without it.
                if Int.random(in: 0..<8, using: &random) > 0, case .hand(let next) = state.didRun(writer) {
                    turn = next
                    continue
                }
                let end = state.didEnd()
                let isMember = end.group.last == writer
                #expect(end.group == Array(ended..<ended + end.group.count))
                ended += end.group.count + (isMember ? 0 : 1)
                turn = end.next
                largest = max(largest, end.group.count)
            }
        }
        #expect(largest <= GroupCommit<Int>.maximumGroupCount)
        #expect(largest > 8)
    }
}
