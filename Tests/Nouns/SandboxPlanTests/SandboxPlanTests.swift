import Testing

@testable import SandboxPlan

/// The steps of a plan.
@Suite struct SandboxPlanTests {
    private static let root = HostIdentity.distinct(uid: 100_001, gid: 100_001)
    private static let user = HostIdentity.server(uid: 1000, gid: 1000)

    @Test func `a plan has AWS's defaults`() {
        let plan = SandboxPlan(command: ["/var/runtime/bootstrap"])
        #expect(plan.temporaryBytes == 512 << 20)
        #expect(plan.limits == SandboxLimits(memoryBytes: 128 << 20, cpuCores: 128.0 / 1769, processes: 742))
        #expect(plan.limits.openFiles == 1024)
        #expect(plan.network == .isolated(listeners: [9001]))
        #expect(plan.workingDirectory == "/var/task")
    }

    @Test func `one core comes with 1769 MB`() {
        #expect(SandboxLimits(memoryMB: 1769).cpuCores == 1)
        #expect(SandboxLimits(memoryMB: 10240).memoryBytes == 10_737_418_240)
    }

    @Test func `processes are limited in proportion to memory, up to the quota of 1024`() {
        #expect([128, 176, 177, 10240].map { SandboxLimits(memoryMB: $0).processes } == [742, 1020, 1024, 1024])
    }

    @Test func `a hidden path is masked after everything that could be mounted there`() throws {
        var plan = SandboxPlan(command: ["/x"])
        plan.interpreterPrefix = "/host/python"
        plan.hiddenPaths = ["/var/lang/lib/python3.12/site-packages"]
        let steps = plan.steps(for: Self.root)
        let hidden = try #require(steps.firstIndex(of: .mask("var/lang/lib/python3.12/site-packages")))
        let mounted = try #require(steps.firstIndex(of: .bind(source: "/host/python", path: "var/lang")))
        #expect(mounted < hidden)
    }

    @Test func `no layer is an empty directory, one is a bind, several are one overlay with the last on top`() {
        func opt(_ layers: [String], _ identity: HostIdentity) -> [PlanStep] {
            var plan = SandboxPlan(command: ["/x"])
            plan.layerTrees = layers
            return plan.steps(for: identity).filter { step in
                switch step {
                case .directory("opt", _), .bind(_, "opt"), .overlay(_, "opt", _): true
                default: false
                }
            }
        }
        let directory = PlanStep.directory("opt", mode: 0o755)
        #expect(opt([], Self.root) == [directory])
        #expect(opt(["/a"], Self.root) == [directory, .bind(source: "/a", path: "opt")])
        let three = ["/a", "/b", "/c"]
        #expect(
            opt(three, Self.root) == [
                directory, .overlay(sources: ["/c", "/b", "/a"], path: "opt", inUserNamespace: false),
            ])
        #expect(
            opt(three, Self.user) == [
                directory, .overlay(sources: ["/c", "/b", "/a"], path: "opt", inUserNamespace: true),
            ])
    }

    @Test func `every directory is created once, and before its entries`() {
        var plan = SandboxPlan(command: ["/x"])
        plan.userland.binds = [
            ReadOnlyBind(from: "/usr", to: "/usr"),
            ReadOnlyBind(from: "/etc/ssl/certs", to: "/etc/ssl/certs"),
            ReadOnlyBind(from: "/etc/ssl/openssl.cnf", to: "/etc/ssl/openssl.cnf", isDirectory: false),
        ]
        plan.extraBinds = [ReadOnlyBind(from: "/a", to: "/var/task/a/b"), ReadOnlyBind(from: "/c", to: "/var/x/y/z")]
        var made: Set<String> = []
        for step in plan.steps(for: Self.root) {
            switch step {
            case .directory(let path, _), .file(let path, _, _), .link(let path, _):
                #expect(made.insert(path).inserted, "\(path) twice")
                if let slash = path.lastIndex(of: "/") { #expect(made.contains(String(path[..<slash]))) }
            case .bind(_, let path), .view(_, let path, _), .device(_, let path), .overlay(_, let path, _),
                .temporary(let path, _, _, _),
                .processes(let path):
                #expect(made.contains(path), "\(path) is mounted before it is there")
            case .readOnly, .mask: break
            }
        }
    }

    @Test func `a file takes the place of one of the host after the folder that has it is mounted`() throws {
        var plan = SandboxPlan(command: ["/x"])
        plan.userland.binds = [ReadOnlyBind(from: "/usr", to: "/usr", isView: true)]
        plan.userland.replacements = [ReadOnlyBind(from: "/usr/bin/bash", to: "/usr/bin/sh", isDirectory: false)]
        let steps = plan.steps(for: Self.user)
        let folder = try #require(steps.firstIndex(of: .view(source: "/usr", path: "usr", inUserNamespace: true)))
        let shell = try #require(steps.firstIndex(of: .bind(source: "/usr/bin/bash", path: "usr/bin/sh")))
        #expect(folder < shell)
        #expect(!steps.contains(.file("usr/bin/sh", mode: 0o644, contents: [])))
    }

    @Test func `parts of proc are masked after proc is mounted`() throws {
        let steps = SandboxPlan(command: ["/x"]).steps(for: Self.root)
        let proc = try #require(steps.firstIndex(of: .processes("proc")))
        let covered = steps.indices.filter {
            switch steps[$0] {
            case .mask, .readOnly: true
            default: false
            }
        }
        #expect(covered.allSatisfy { $0 > proc })
        for path in ["proc/kcore", "proc/keys", "proc/timer_list", "proc/latency_stats"] {
            #expect(steps.contains(.mask(path)))
        }
        for path in ["proc/sys", "proc/sysrq-trigger"] { #expect(steps.contains(.readOnly(path))) }
    }

    @Test func `the user database names the function's user and no one of the host`() {
        let text = String(decoding: SandboxFiles.passwd, as: UTF8.self)
        #expect(text.contains("\nsbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin\n"))
        #expect(text.split(separator: "\n").count == 3)
    }

    @Test func `a printed recipe names every step but no secret`() {
        var plan = SandboxPlan(command: ["/var/runtime/bootstrap", "handler"])
        plan.taskTree = "/data/trees/1"
        plan.environment = ["PASSWORD": "hunter2"]
        let text = plan.description
        #expect(text.contains("bind      /var/task <- /data/trees/1\n"))
        #expect(text.contains("tmpfs     /tmp 1777, 536870912 bytes\n"))
        #expect(text.contains("link      /dev/fd -> /proc/self/fd\n"))
        #expect(text.hasSuffix("run       /var/runtime/bootstrap handler"))
        #expect(!text.contains("hunter2"))
    }
}
