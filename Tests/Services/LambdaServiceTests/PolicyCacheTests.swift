import Domain
import ServiceKit
import Testing

@testable import LambdaService

@Suite struct PolicyCacheTests {
    private let cache = PolicyCache()
    private let target: FunctionTarget
    private let alias: FunctionTarget

    init() throws {
        let arn = try #require(FunctionARN("arn:aws:lambda:us-east-1:123456789012:function:thumbnails"))
        target = FunctionTarget(function: arn.function, qualifier: nil)
        alias = FunctionTarget(function: arn.function, qualifier: .alias(try #require(AliasName("live"))))
    }

    private func policy(_ id: String) throws -> ResourcePolicy {
        var policy = ResourcePolicy()
        try policy.add(
            PolicyStatement(
                id: id, principal: .everyone, action: "*", resource: target.arn.description, conditions: []))
        return policy
    }

    @Test func `a policy is read once for each qualifier, and after its changes`() throws {
        let (first, second) = (try policy("first"), try policy("second"))
        #expect(try cache.policy(of: target) { () throws(ServiceError) in first } == first)
        #expect(try cache.policy(of: target) { () throws(ServiceError) in second } == first)
        #expect(try cache.policy(of: alias) { () throws(ServiceError) in second } == second)
        cache.forget(target.function)
        #expect(try cache.policy(of: target) { () throws(ServiceError) in second } == second)
        cache.forget(target.function)
        #expect(try cache.policy(of: target) { () throws(ServiceError) in nil } == nil)
    }

    @Test func `that a target has no policy is remembered until a change`() throws {
        let policy = try policy("first")
        #expect(cache.known(target) == nil)
        #expect(try cache.policy(of: target) { () throws(ServiceError) in nil } == nil)
        #expect(cache.known(target) == .some(nil))
        #expect(try cache.policy(of: target) { () throws(ServiceError) in policy } == nil)
        cache.forget(target.function)
        #expect(try cache.policy(of: target) { () throws(ServiceError) in policy } == policy)
    }

    @Test func `a policy that was read before a change is not kept after it`() throws {
        let (stale, current) = (try policy("stale"), try policy("current"))
        let read = try cache.policy(of: target) { () throws(ServiceError) in
            cache.forget(target.function)
            return stale
        }
        #expect(read == stale)
        #expect(try cache.policy(of: target) { () throws(ServiceError) in current } == current)
    }
}
