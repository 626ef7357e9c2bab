import AWSProtocol
import Catalog
import Domain
import Glibc
import LinuxSystem
import ServiceKit
import StoreEngines
import Synchronization
import Testing

@testable import LambdaService

/// A catalogue whose disk is slow must not make serving threads wait.
@Suite final class InvocationRouterTests {
    private let cache = RouteCache()
    private let storage: TestStorage
    private let context: RequestContext
    private let policies = PolicyCache()
    private let authorizer: FunctionAuthorizer

    init() throws {
        storage = try TestStorage()
        let account = try #require(AccountID("123456789012"))
        context = RequestContext(account: account, region: try #require(Region("us-east-1")), endpoint: "")
        authorizer = FunctionAuthorizer(store: LambdaStore(catalog: try Catalog(storage)), policies: policies)
    }

    /// A disk that answers nothing until it is released.
    private final class SlowDisk: Sendable {
        private let gate = Semaphore()
        let readings = Atomic(0)

        func read(_ target: FunctionTarget) throws(ServiceError) -> InvocationRoute {
            readings.add(1, ordering: .relaxed)
            gate.wait()
            gate.signal()
            throw FunctionLookup.notFound(target)
        }

        func release() { gate.signal() }
    }

    @Test func `a known route is found on the caller's own thread while the disk answers nothing`() throws {
        let disk = SlowDisk()
        let cache = cache
        let router = try InvocationRouter(cache: cache, authorizer: authorizer) { target throws(ServiceError) in
            try cache.route(to: target) { _ throws(ServiceError) in try disk.read(target) }
        }
        let warm = try RouteCacheTests.target("warm")
        #expect(throws: ServiceError.self) {
            try cache.route(to: warm) { _ throws(ServiceError) in throw FunctionLookup.notFound(warm) }
        }
        let answered = Atomic(0)
        for number in 0..<100 {
            router.route(to: try RouteCacheTests.target("cold\(number)"), for: context) { _ in
                answered.add(1, ordering: .relaxed)
            }
        }
        let thread = pthread_self()
        let isOwnThread = Mutex(false)
        router.route(to: warm, for: context) { _ in
            isOwnThread.withLock { $0 = pthread_equal(pthread_self(), thread) != 0 }
        }
        // The call has returned, with its answer, while every reading of the disk still waits.
        #expect(isOwnThread.withLock { $0 })
        #expect(answered.load(ordering: .relaxed) == 0)
        disk.release()
        router.stop()
        #expect(answered.load(ordering: .relaxed) == 100)
        #expect(disk.readings.load(ordering: .relaxed) == 100)
    }

    @Test func `a bogus name reaches the disk once`() throws {
        let disk = SlowDisk()
        disk.release()
        let cache = cache
        let router = try InvocationRouter(cache: cache, authorizer: authorizer) { target throws(ServiceError) in
            try cache.route(to: target) { _ throws(ServiceError) in try disk.read(target) }
        }
        let bogus = try RouteCacheTests.target("bogus")
        let isFirstAnswered = Semaphore()
        router.route(to: bogus, for: context) { _ in isFirstAnswered.signal() }
        isFirstAnswered.wait()
        for _ in 0..<1_000 { router.route(to: bogus, for: context) { _ in } }
        router.stop()
        #expect(disk.readings.load(ordering: .relaxed) == 1)
    }

    @Test func `strangers are refused without a reading of the route`() throws {
        let disk = SlowDisk()
        disk.release()
        let router = try InvocationRouter(cache: cache, authorizer: authorizer) { target throws(ServiceError) in
            try disk.read(target)
        }
        let stranger = RequestContext(
            account: context.account, region: context.region, endpoint: "",
            caller: Caller(account: try #require(AccountID("210987654321")))
        ).asking(for: "lambda:InvokeFunction")
        let target = try RouteCacheTests.target("private")
        let codes = Mutex<[String]>([])
        for _ in 0..<2 {
            let isAnswered = Semaphore()
            router.route(to: target, for: stranger) { result in
                if case .failure(let error) = result { codes.withLock { $0.append(error.shape.name) } }
                isAnswered.signal()
            }
            isAnswered.wait()
        }
        router.stop()
        #expect(codes.withLock { $0 } == ["AccessDeniedException", "AccessDeniedException"])
        #expect(disk.readings.load(ordering: .relaxed) == 0)
    }

    @Test func `a decision is known without the disk, but for a policy that was not read since its last change`() throws
    {
        let stranger = RequestContext(
            account: context.account, region: context.region, endpoint: "",
            caller: Caller(account: try #require(AccountID("210987654321"))))
        let target = try RouteCacheTests.target("private")
        func isKnown(_ context: RequestContext) -> Bool { authorizer.knownDecision(on: target, context) != nil }
        #expect(isKnown(context.asking(for: "lambda:InvokeFunction")))
        // No policy can allow it to another account.
        #expect(isKnown(stranger.asking(for: "lambda:CreateFunction")))
        #expect(!isKnown(stranger.asking(for: "lambda:InvokeFunction")))
        #expect(throws: ServiceError.self) {
            try authorizer.authorize(target, stranger.asking(for: "lambda:InvokeFunction"))
        }
        #expect(isKnown(stranger.asking(for: "lambda:InvokeFunction")))
        policies.forget(target.function)
        #expect(!isKnown(stranger.asking(for: "lambda:InvokeFunction")))
    }

    @Test func `a function that is created after a negative answer is found`() throws {
        let exists = Mutex(false)
        let cache = cache
        let target = try RouteCacheTests.target("late")
        let router = try InvocationRouter(cache: cache, authorizer: authorizer) { target throws(ServiceError) in
            try cache.route(to: target) { numbers throws(ServiceError) in
                guard exists.withLock({ $0 }) else { throw FunctionLookup.notFound(target) }
                return RouteCacheTests.route(to: target, number: numbers.latest)
            }
        }
        let found = Mutex<[Bool]>([])
        for change in [{}, { exists.withLock { $0 = true } }, { _ = cache.outdate(target.function) }] {
            change()
            let isAnswered = Semaphore()
            router.route(to: target, for: context) { result in
                let isFound = if case .success = result { true } else { false }
                found.withLock { $0.append(isFound) }
                isAnswered.signal()
            }
            isAnswered.wait()
        }
        router.stop()
        #expect(found.withLock { $0 } == [false, false, true])
    }
}
