import Domain
import Testing

@testable import Gateway

@Suite struct BodyBudgetTests {
    private static func share(_ number: Int, isVerified: Bool = true) -> BodyBudget.Share {
        BodyBudget.Share(account: AccountID("00000000000\(number)").unsafelyUnwrapped, isVerified: isVerified)
    }

    @Test func `an account takes half of the room, and the next one half of the rest`() {
        var budget = BodyBudget(capacity: 1_000)
        let taken = [1, 2, 3].map { number in
            var count = 0
            while budget.reserve(1, for: Self.share(number)) { count += 1 }
            return count
        }
        #expect(taken == [500, 250, 125])
        let isBeyond = budget.reserve(126, for: Self.share(4))
        #expect(!isBeyond)
    }

    @Test func `bodies that only claim an account do not take its share`() {
        var budget = BodyBudget(capacity: 1_000)
        while budget.reserve(1, for: Self.share(1, isVerified: false)) {}
        let isTaken = budget.reserve(250, for: Self.share(1))
        #expect(isTaken)
    }

    @Test func `what is released is free again`() {
        var budget = BodyBudget(capacity: 1_000)
        var answers = [budget.reserve(500, for: Self.share(1)), budget.reserve(1, for: Self.share(1))]
        budget.release(200, of: Self.share(1))
        answers.append(budget.reserve(200, for: Self.share(1)))
        #expect(answers == [true, false, true])
        budget.release(500, of: Self.share(1))
        budget.release(1, of: Self.share(1))
        #expect(budget.total == 0)
    }
}
