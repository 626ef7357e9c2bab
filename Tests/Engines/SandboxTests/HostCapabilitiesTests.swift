import Glibc
import Testing

@testable import Sandbox

@Suite struct HostCapabilitiesTests {
    @Test func `a host that runs these tests has what sandboxes need`() {
        let host = HostCapabilities.probe()
        #expect(host.namespaces.map(\.name) == ["user", "mount", "pid", "ipc", "uts", "network", "cgroup"])
        #expect(host.degraded.allSatisfy { !$0.isFatal })
        #expect(host.isRoot == (geteuid() == 0))
        #expect(!host.kernel.isEmpty)
        #expect(CgroupLeaks.subtrees(of: getpid()).allSatisfy { !$0.hasSuffix("-probe") })
    }

    @Test func `a host without anything gets a reason and a remedy for each thing`() {
        let names = ["user", "mount", "pid"]
        let bare = HostCapabilities(
            kernel: "4.4.0", isRoot: false, isPrivileged: false, subordinateUsers: .missing("ranges"),
            namespaces: names.map { .init(name: $0, direct: false, inUserNamespace: false) }, cgroupVersion: nil,
            cgroupControllers: [], overlay: false, overlayInUserNamespace: false, seccomp: false,
            processDescriptors: false, detachedMounts: false)
        let missing = bare.degraded.map(\.missing)
        #expect(
            missing == [
                "user namespaces", "mount namespaces", "pid namespaces", "overlayfs in user namespaces",
                "subordinate users (ranges)", "cgroup controller memory", "cgroup controller cpu",
                "cgroup controller pids", "seccomp", "pidfd_open",
                "mount_setattr",
            ])
        #expect(bare.degraded.filter(\.isFatal).count == 6)
        #expect(bare.degraded.allSatisfy { !$0.effect.isEmpty && !$0.remedy.isEmpty })
    }
}
