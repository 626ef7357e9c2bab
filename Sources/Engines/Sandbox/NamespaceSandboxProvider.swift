internal import Glibc
internal import LinuxSystem
package import SandboxPlan

/// Sandboxes made of Linux namespaces, cgroups and seccomp, entered through `strata-init`.
///
/// Works for root, whose environments become distinct users of the host, and for an ordinary user, whose environments
/// are that user seen from inside a user namespace.
package final class NamespaceSandboxProvider: SandboxProvider {
    private let initExecutable: String
    private let cgroups: CgroupParent?
    private let handshakeLimit: Duration
    private let seccompProgram: SeccompProgram
    private let systemCalls: SystemCallPolicy
    private let identities: IdentityPool

    /// Prepares a provider: compiles the seccomp filter once.
    ///
    /// `initExecutable` is the path of `strata-init`. Without `cgroups`, memory and CPU are not limited by the kernel
    /// (see `MemoryReading.isEnforced`). A start that takes longer than the limit is killed and fails.
    package init(
        initExecutable: String, cgroups: CgroupParent?, systemCalls: SystemCallPolicy = .enforce,
        handshakeLimitSeconds: Double = 10
    ) throws(SandboxError) {
        self.initExecutable = initExecutable
        self.cgroups = cgroups
        handshakeLimit = .seconds(handshakeLimitSeconds)
        self.systemCalls = systemCalls
        seccompProgram = try SeccompFilter.compiled(
            countsSessions: !(cgroups?.controllers.contains("cpu") ?? false))
        identities = IdentityPool()
    }

    /// Starts a sandbox; see `SandboxProvider`.
    package func start(_ plan: SandboxPlan) throws(SandboxError) -> any RunningSandbox {
        let identity = try identities.acquire()
        do throws(SandboxError) {
            let cgroup = try cgroups?.makeCgroup(limits: plan.limits, group: plan.processorGroup)
            do throws(SandboxError) {
                return try launch(plan, identity: identity, cgroup: cgroup)
            } catch {
                cgroup?.remove()
                throw error
            }
        } catch {
            identities.release(identity)
            throw error
        }
    }

    private func launch(
        _ plan: SandboxPlan, identity: HostIdentity, cgroup: (any Cgroup)?
    ) throws(SandboxError) -> any RunningSandbox {
        let placement = SandboxPlacement(
            identity: identity, seccompProgram: seccompProgram.instructions,
            forbiddenCalls: seccompProgram.forbidden, performsRefusedCalls: systemCalls == .log,
            cgroupMembershipFiles: cgroup?.membershipFiles ?? [])
        var launch = try SandboxLaunch(initExecutable, plan: plan, placement: placement)
        let started: SandboxLaunch.Started
        do throws(SandboxError) {
            started = try launch.awaitStart(until: .now + handshakeLimit)
        } catch {
            launch.abandon()
            throw error
        }
        return NamespaceSandbox(started, limits: plan.limits, cgroup: cgroup, systemCalls: systemCalls) {
            [identities] in
            identities.release(identity)
        }
    }
}
