import Testing

@testable import ServiceKit

@Suite struct EffectRetriesTests {
    private typealias Retries = EffectRetries<String>

    private let key = Retries.Key(effect: 0, change: "change")

    /// Begins a chain of retries.
    private func begin(_ retries: inout Retries) throws -> Retries.Retry {
        let first = retries.didFail(key)
        return try #require(first)
    }

    @Test func `a failed retry is followed by another with one more attempt`() throws {
        var retries = Retries()
        var next = retries.didFail(key)
        for attempts in 1...5 {
            let retry = try #require(next)
            #expect(retry.attempts == attempts)
            next = retries.didFail(retry)
        }
        #expect(retries.count == 1)
    }

    @Test func `failures of later commits join the chain of the first`() throws {
        var retries = Retries()
        let retry = try begin(&retries)
        let joined = retries.didFail(key)
        #expect(joined == nil)
        #expect(retries.count == 1)
        let mark = try #require(retries.mark(of: retry))
        let next = retries.didSucceed(retry, since: mark)
        #expect(next == nil)
        #expect(retries.count == 0)
    }

    @Test func `effects and changes have chains of their own`() {
        var retries = Retries()
        let first = retries.didFail(key)
        #expect(first != nil)
        let second = retries.didFail(Retries.Key(effect: 1, change: "change"))
        #expect(second != nil)
        let third = retries.didFail(Retries.Key(effect: 0, change: "other"))
        #expect(third != nil)
        #expect(retries.count == 3)
    }

    @Test func `a success ends the chain only if nothing failed since its run began`() throws {
        var retries = Retries()
        let before = retries.mark(of: key)
        let retry = try begin(&retries)
        retries.didSucceed(key, since: before)
        #expect(retries.mark(of: retry) != nil)
        retries.didSucceed(key, since: retries.mark(of: key))
        #expect(retries.mark(of: retry) == nil)
        #expect(retries.count == 0)
    }

    @Test func `a retry that succeeds while a later commit fails runs again`() throws {
        var retries = Retries()
        let retry = try begin(&retries)
        let mark = try #require(retries.mark(of: retry))
        let joined = retries.didFail(key)
        #expect(joined == nil)
        let next = retries.didSucceed(retry, since: mark)
        #expect(next == retry)
    }

    @Test func `a retry of a chain that has ended neither runs nor continues`() throws {
        var retries = Retries()
        let old = try begin(&retries)
        retries.didSucceed(key, since: retries.mark(of: key))
        #expect(retries.mark(of: old) == nil)
        let next = retries.didFail(old)
        #expect(next == nil)
        let new = try begin(&retries)
        let late = retries.didFail(old)
        #expect(late == nil)
        #expect(retries.mark(of: new) != nil)
        #expect(retries.count == 1)
    }
}
