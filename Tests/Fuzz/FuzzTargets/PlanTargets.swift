import CPlanProbe
import Glibc
import LinuxSystem
import SandboxPlan

/// Plans, which `strata-init` decodes with privileges: C that must not read past its input.
extension FuzzTarget {
    /// Records behind a header that fits them, and the same bytes as a whole plan.
    static let plan = FuzzTarget("plan") { input in
        try checkPlan(Array(input))
        let length = UInt32(input.count)
        let header =
            Array("STRATAPL".utf8) + [1, 0, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
        try checkPlan(header + input)
    }

    /// A plan of the input's texts and numbers: what the server encodes is decoded.
    static let encodedPlan = FuzzTarget("encoded-plan") { input in
        var cursor = InputCursor(input)
        let (plan, placement) = (cursor.plan(), cursor.placement())
        let bytes: [UInt8]
        do throws(PlanError) { bytes = try plan.encoded(placement: placement) } catch { return }
        let result = probe(bytes)
        try expect(result == 0, "an encoded plan is refused: \(result)")
        let file = try FileDescriptor.memoryFile("plan", content: bytes)
        try expect(plan_probe_file(file.rawValue) == 0, "an encoded plan in a file is refused")
    }

    private static func checkPlan(_ bytes: [UInt8]) throws(FuzzFinding) {
        let result = probe(bytes)
        try expect([0, EPROTO, E2BIG].contains(result), "the decoder's result is \(result)")
    }

    /// - Note: in memory of exactly this size, so that AddressSanitizer sees a byte that is read behind it.
    private static func probe(_ bytes: [UInt8]) -> Int32 {
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
        defer { copy.deallocate() }
        copy.initialize(from: bytes, count: bytes.count)
        return plan_probe(copy, bytes.count)
    }
}

extension InputCursor {
    /// A plan with what users choose, and within the decoder's limits.
    fileprivate mutating func plan() -> SandboxPlan {
        var plan = SandboxPlan(command: ["/\(text())"] + texts(upTo: 20))
        plan.environment = variables()
        plan.sidecars = texts(upTo: SandboxPlan.sidecarLimit).map { "/\($0)" }
        plan.sidecarEnvironment = variables()
        plan.workingDirectory = text()
        plan.hostname = text()
        plan.layerTrees = texts(upTo: 5).map { "/\($0)" }
        plan.taskTree = flag() ? "/\(text())" : nil
        plan.extraBinds = texts(upTo: 8).map { ReadOnlyBind(from: "/a", to: "/b\($0)", isDirectory: $0.count % 2 == 0) }
        plan.hiddenPaths = texts(upTo: 8).map { "/h\($0)" }
        plan.temporaryBytes = number()
        plan.network = flag() ? .host : .isolated(listeners: (0..<count(upTo: 16)).map { _ in max(1, number()) })
        return plan
    }

    fileprivate mutating func placement() -> SandboxPlacement {
        let (uid, gid) = (max(1, number(UInt32.self)), max(1, number(UInt32.self)))
        var placement = SandboxPlacement(
            identity: flag() ? .distinct(uid: uid, gid: gid) : .server(uid: uid, gid: gid),
            seccompProgram: [UInt8](repeating: byte(), count: 8 * (1 + count(upTo: 200))))
        placement.forbiddenCalls = [UInt8](repeating: byte(), count: count(upTo: 128))
        placement.performsRefusedCalls = flag()
        placement.cgroupMembershipFiles = (0..<count(upTo: 8)).map { "/cgroup/\($0)" }
        return placement
    }

    private mutating func texts(upTo most: Int) -> [String] { (0..<count(upTo: most)).map { _ in text() } }

    private mutating func variables() -> [String: String] {
        Dictionary((0..<count(upTo: 20)).map { _ in (text(), text()) }) { first, _ in first }
    }
}
