import Domain
import ServiceKit
import Testing

@testable import LambdaService

@Suite struct RouteCacheTests {
    private let cache = RouteCache()

    static func target(_ name: String) throws -> FunctionTarget {
        let arn = try #require(FunctionARN("arn:aws:lambda:us-east-1:123456789012:function:\(name)"))
        return FunctionTarget(function: arn.function, qualifier: nil)
    }

    private func readAbsent(_ target: FunctionTarget) {
        #expect(throws: ServiceError.self) {
            try cache.route(to: target) { _ throws(ServiceError) in throw FunctionRows.notFound(target) }
        }
    }

    private func isKnownAbsent(_ target: FunctionTarget) -> Bool {
        if case .failure? = cache.known(target) { true } else { false }
    }

    @Test func `that a function does not exist is remembered until it is created`() throws {
        let target = try Self.target("bogus")
        #expect(cache.known(target) == nil)
        readAbsent(target)
        #expect(isKnownAbsent(target))
        cache.outdate(target.function)
        #expect(cache.known(target) == nil)
    }

    @Test func `an error that may pass is not remembered`() throws {
        let target = try Self.target("unreadable")
        #expect(throws: ServiceError.self) {
            try cache.route(to: target) { _ throws(ServiceError) in throw ServiceError(.service, "The disk is away.") }
        }
        #expect(cache.known(target) == nil)
    }

    @Test func `absence that was read before a change is not remembered after it`() throws {
        let target = try Self.target("late")
        #expect(throws: ServiceError.self) {
            try cache.route(to: target) { _ throws(ServiceError) in
                cache.outdate(target.function)
                throw FunctionRows.notFound(target)
            }
        }
        #expect(cache.known(target) == nil)
    }

    @Test func `bogus names take a bounded amount of memory`() throws {
        var absent = NegativeCache<Int>()
        var kept = 0
        for number in 0..<3 * NegativeCache<Int>.limit { absent[try Self.target("f\(number)")] = number }
        for number in 0..<3 * NegativeCache<Int>.limit where absent[try Self.target("f\(number)")] != nil { kept += 1 }
        #expect((1...NegativeCache<Int>.limit).contains(kept))
    }

    @Test func `a snapshot after a change has a higher number than those before it`() throws {
        let target = try Self.target("thumbnails")
        var numbers: [UInt64] = []
        for _ in 0..<2 {
            #expect(throws: ServiceError.self) {
                try cache.route(to: target) { number throws(ServiceError) in
                    numbers.append(number)
                    throw ServiceError(.service, "")
                }
            }
        }
        let change = cache.outdate(target.function)
        #expect(throws: ServiceError.self) {
            try cache.route(to: target) { number throws(ServiceError) in
                numbers.append(number)
                throw ServiceError(.service, "")
            }
        }
        #expect(numbers[0] <= numbers[1] && numbers[1] < change && change < numbers[2])
    }
}
