import Domain
import FunctionExecution
import LinuxSystem
import ServiceKit
import Synchronization
import Telemetry
import Testing

@testable import LambdaService

@Suite struct RouteCacheTests {
    private let cache = RouteCache()

    static func target(_ name: String) throws -> FunctionTarget {
        let arn = try #require(FunctionARN("arn:aws:lambda:us-east-1:123456789012:function:\(name)"))
        return FunctionTarget(function: arn.function, qualifier: nil)
    }

    static func route(to target: FunctionTarget, number: UInt64) -> InvocationRoute {
        let revision = FunctionRevision(
            function: target.function, version: .latest, number: number,
            runtime: RuntimeIdentifier("python3.12").unsafelyUnwrapped, role: "", handler: "app.handler",
            architecture: .byDefault, memoryMebibytes: 128, temporaryStorageMebibytes: 512, timeoutSeconds: 3,
            environment: [:], allowsRecursion: false, logFormat: .text, packages: [], codeTree: "", layerTrees: [],
            meter: FunctionMeter())
        return InvocationRoute(first: revision, second: nil, asynchronous: AsynchronousSettings())
    }

    private func read(_ target: FunctionTarget) throws -> InvocationRoute {
        try cache.route(to: target) { numbers throws(ServiceError) in
            Self.route(to: target, number: numbers.latest)
        }
    }

    private func readAbsent(_ target: FunctionTarget) {
        #expect(throws: ServiceError.self) {
            try cache.route(to: target) { _ throws(ServiceError) in throw FunctionLookup.notFound(target) }
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
                throw FunctionLookup.notFound(target)
            }
        }
        #expect(cache.known(target) == nil)
    }

    @Test func `bogus names take a bounded amount of memory`() throws {
        var absent = NegativeCache<Int>()
        var kept = 0
        for number in 0..<3 * NegativeCache<Int>.limit { absent.insert(number, for: try Self.target("f\(number)")) }
        for number in 0..<3 * NegativeCache<Int>.limit
        where absent.answer(for: try Self.target("f\(number)")) != nil { kept += 1 }
        #expect((1...NegativeCache<Int>.limit).contains(kept))
    }

    @Test func `a snapshot after a change has a higher number than those before it`() throws {
        let target = try Self.target("thumbnails")
        var numbers: [UInt64] = []
        for _ in 0..<2 {
            #expect(throws: ServiceError.self) {
                try cache.route(to: target) { snapshot throws(ServiceError) in
                    numbers.append(snapshot.latest)
                    throw ServiceError(.service, "")
                }
            }
        }
        let change = cache.outdate(target.function)
        #expect(throws: ServiceError.self) {
            try cache.route(to: target) { snapshot throws(ServiceError) in
                numbers.append(snapshot.latest)
                throw ServiceError(.service, "")
            }
        }
        #expect(numbers[0] <= numbers[1] && numbers[1] < change && change < numbers[2])
    }

    @Test func `a published version keeps its number until versions are counted again`() throws {
        let target = try Self.target("thumbnails")
        var numbers: [UInt64] = []
        for change in [{}, { _ = self.cache.outdate(target.function) }, { self.cache.restartVersions() }] {
            change()
            _ = try cache.route(to: target) { snapshot throws(ServiceError) in
                numbers.append(snapshot[.number(1)])
                return Self.route(to: target, number: snapshot.latest)
            }
            cache.forget(target.function)
        }
        #expect(numbers[0] == numbers[1] && numbers[1] < numbers[2])
    }

    @Test func `a route is read once, and again after each change`() throws {
        let target = try Self.target("thumbnails")
        for change in [{ self.cache.forget(target.function) }, { _ = self.cache.outdate(target.function) }] {
            _ = try read(target)
            guard case .success? = cache.known(target) else {
                Issue.record("not kept")
                return
            }
            change()
            #expect(cache.known(target) == nil)
        }
    }

    @Test func `a route that was read before a change is not kept after it`() throws {
        let target = try Self.target("thumbnails")
        for change in [{ self.cache.forget(target.function) }, { _ = self.cache.outdate(target.function) }] {
            _ = try cache.route(to: target) { numbers throws(ServiceError) in
                change()
                return Self.route(to: target, number: numbers.latest)
            }
            #expect(cache.known(target) == nil)
        }
    }

    @Test func `a change of something else than $LATEST costs no environment`() throws {
        let target = try Self.target("thumbnails")
        let bogus = FunctionTarget(function: target.function, qualifier: .version(.number(7)))
        let number = try read(target).first.number
        cache.forget(target.function)
        readAbsent(bogus)
        #expect(try read(target).first.number == number)
    }

    @Test func `concurrent readers of a function share a number, though one of them finds nothing`() throws {
        let target = try Self.target("thumbnails")
        let bogus = FunctionTarget(function: target.function, qualifier: .version(.number(7)))
        var inner: UInt64?
        let outer = try cache.route(to: target) { numbers throws(ServiceError) in
            readAbsent(bogus)
            inner = try cache.route(to: target) { numbers throws(ServiceError) in
                Self.route(to: target, number: numbers.latest)
            }.first.number
            return Self.route(to: target, number: numbers.latest)
        }.first.number
        #expect(inner == outer)
        #expect(try read(target).first.number == outer)
    }

    @Test func `readers on many threads never keep a route that is older than the last change`() throws {
        let target = try Self.target("thumbnails")
        let committed = Atomic<Int>(0)
        let stale = Atomic(0)
        let mayEnd = Atomic(false)
        let cache = cache
        let readers = try (0..<4).map { _ in
            try SystemThread(name: "reader") {
                while !mayEnd.load(ordering: .relaxed) {
                    // The number stands for the state of the rows when they were read.
                    _ = try? cache.route(to: target) { numbers throws(ServiceError) in  // never throws here
                        Self.route(to: target, number: UInt64(committed.load(ordering: .sequentiallyConsistent)))
                    }
                }
            }
        }
        for change in 1...2_000 {
            committed.store(change, ordering: .sequentiallyConsistent)
            cache.forget(target.function)
            if case .success(let route)? = cache.known(target), route.first.number < change {
                stale.add(1, ordering: .relaxed)
            }
        }
        mayEnd.store(true, ordering: .relaxed)
        for reader in readers { reader.join() }
        #expect(stale.load(ordering: .relaxed) == 0)
    }
}
