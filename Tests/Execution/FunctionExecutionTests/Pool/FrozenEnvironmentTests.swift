import Sandbox
import Testing

@testable import FunctionExecution

@Suite struct FrozenEnvironmentTests {
    /// An environment that was frozen after its invocation.
    private func frozen() throws -> PoolFixture {
        let fixture = try PoolFixture.idle()
        _ = fixture.next()
        fixture.reactor.advance(milliseconds: 75)
        return fixture
    }

    @Test func `programs that continue themselves in a frozen environment are stopped again, and then it ends`() throws
    {
        let fixture = try frozen()
        let sandbox = try #require(fixture.provider.sandboxes.first)
        sandbox.evadeFreezes(true)
        for count in 2...4 {
            fixture.reactor.advance(milliseconds: 50)
            #expect(fixture.reactor.measure() == 1)
            #expect(sandbox.orders.count(where: { $0 == "freeze" }) == count)
        }
        fixture.reactor.advance(milliseconds: 50)
        #expect(fixture.reactor.measure() == 1)
        #expect(sandbox.orders.last == "kill")
        sandbox.end(.killed, fixture.reactor)
        fixture.reactor.runWork()
        #expect(sandbox.isClosed)
        #expect(fixture.reactor.writeLogs() > 0)
        #expect(fixture.logFile().contains("continued although"))
    }

    @Test func `an environment that an order to freeze did not reach is told again`() throws {
        let fixture = try PoolFixture.idle()
        _ = fixture.next()
        let sandbox = try #require(fixture.provider.sandboxes.first)
        sandbox.ignoreOrders()
        sandbox.evadeFreezes(true)
        fixture.reactor.advance(milliseconds: 75)
        fixture.reactor.advance(milliseconds: 50)
        #expect(fixture.reactor.measure() == 1)
        #expect(sandbox.orders == ["freeze", "freeze"])
    }

    @Test func `an environment that stays frozen is looked at ever less often, and not once it is thawed`() throws {
        let fixture = try frozen()
        let sandbox = try #require(fixture.provider.sandboxes.first)
        fixture.reactor.advance(milliseconds: 50)
        #expect(fixture.reactor.measure() == 1)
        for milliseconds in [200, 800, 3_200] as [UInt64] {
            fixture.reactor.advance(milliseconds: milliseconds - 1)
            #expect(fixture.reactor.measure() == 0)
            fixture.reactor.advance(milliseconds: 1)
            #expect(fixture.reactor.measure() == 1)
        }
        sandbox.evadeFreezes(true)
        fixture.invoke(2)
        fixture.reactor.advance(milliseconds: 1_000)
        #expect(fixture.reactor.measure() == 0)
        #expect(sandbox.orders == ["freeze", "thaw"])
    }
}
