import CSandbox
import Glibc
import SandboxPlan
import SeededRandom
import Testing

/// The reader of plans runs with privileges: it accepts the encoder's output, and refuses everything else.
@Suite struct PlanDecodingTests {
    private static func message() throws -> [UInt8] {
        var plan = SandboxPlan(command: ["/var/runtime/bootstrap"])
        plan.layerTrees = ["/a", "/b"]
        plan.environment = ["A": "1"]
        return try plan.encoded(
            placement: SandboxPlacement(
                identity: .distinct(uid: 100_000, gid: 100_000), seccompProgram: [UInt8](repeating: 0, count: 64),
                cgroupMembershipFiles: ["/c/cgroup.procs"]))
    }

    private static func check(_ bytes: [UInt8]) -> Int32 {
        // A copy of exactly this size on the heap, so that reading past the end is seen by sanitizers.
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
        defer { copy.deallocate() }
        copy.initialize(from: bytes, count: bytes.count)
        return strata_plan_check(copy, bytes.count)
    }

    @Test func `encoded plans are decoded`() throws {
        #expect(Self.check(try Self.message()) == 0)
    }

    @Test func `a truncated plan is refused`() throws {
        let message = try Self.message()
        for length in 0..<message.count { #expect(Self.check(Array(message[..<length])) == EPROTO) }
        #expect(Self.check(message + [0]) == EPROTO)
    }

    @Test func `a plan without a filter, a command or a user is refused`() throws {
        let identity = HostIdentity.distinct(uid: 100_000, gid: 100_000)
        let plan = SandboxPlan(command: ["/x"])
        let noFilter = try plan.encoded(placement: SandboxPlacement(identity: identity, seccompProgram: []))
        #expect(Self.check(noFilter) == EPROTO)
        let asRoot = try plan.encoded(
            placement: SandboxPlacement(
                identity: .distinct(uid: 0, gid: 0), seccompProgram: [UInt8](repeating: 0, count: 8)))
        #expect(Self.check(asRoot) == EPROTO)
    }

    @Test func `a plan beyond the reader's limits is refused`() throws {
        var plan = SandboxPlan(command: ["/x"] + [String](repeating: "a", count: 256))
        let placement = SandboxPlacement(
            identity: .server(uid: 1, gid: 1), seccompProgram: [UInt8](repeating: 0, count: 8))
        #expect(Self.check(try plan.encoded(placement: placement)) == E2BIG)
        plan.command = ["/x"]
        plan.extraBinds = (0..<200).map { ReadOnlyBind(from: "/a", to: "/b\($0)") }
        #expect(Self.check(try plan.encoded(placement: placement)) == E2BIG)
    }

    @Test func `mutated plans are read or refused, and never break the reader`() throws {
        let message = try Self.message()
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            var mutated = message
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 16..<mutated.count, using: &generator)
                mutated[place] = UInt8.random(in: 0 ... .max, using: &generator)
            }
            let result = Self.check(mutated)
            #expect([0, EPROTO, E2BIG].contains(result), "seed \(seed)")
        }
    }
}
