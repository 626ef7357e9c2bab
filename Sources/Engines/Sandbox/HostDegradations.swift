/// Derives degradations from capabilities: a pure table, so that `strata doctor` reports the same for the same host.
enum HostDegradations {
    /// The degradations of a host.
    static func of(_ host: HostCapabilities) -> [HostCapabilities.Degradation] {
        namespaces(host) + users(host) + cgroups(host) + kernel(host)
    }

    private static func namespaces(_ host: HostCapabilities) -> [HostCapabilities.Degradation] {
        let missing = host.namespaces.filter { host.isPrivileged ? !$0.direct : !$0.inUserNamespace }
        var all = missing.map {
            HostCapabilities.Degradation(
                missing: "\($0.name) namespaces", effect: "functions cannot be isolated and do not run",
                remedy: "allow user namespaces: sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, "
                    + "kernel.apparmor_restrict_unprivileged_userns; in a container, run it privileged",
                isFatal: true)
        }
        if host.isRoot && !host.isPrivileged {
            all.append(
                .init(
                    missing: "root's privileges (CAP_SYS_ADMIN)",
                    effect: "functions are uid 0 of this container as far as files are concerned, though without a "
                        + "capability, and RLIMIT_NPROC does not hold for them",
                    remedy: "run the container privileged, or the server as an ordinary user", isFatal: false))
        }
        if !host.overlay {
            all.append(
                .init(
                    missing: host.isPrivileged ? "overlayfs" : "overlayfs in user namespaces",
                    effect: "functions with more than one layer do not start, and others can watch (inotify) which "
                        + "programs of the host are started",
                    remedy: "load the module: modprobe overlay; as an ordinary user Linux 5.11 or later is needed",
                    isFatal: false))
        }
        return all
    }

    private static func users(_ host: HostCapabilities) -> [HostCapabilities.Degradation] {
        guard case .missing(let what) = host.subordinateUsers else { return [] }
        return [
            .init(
                missing: "subordinate users (\(what))",
                effect:
                    "functions are your own user for the kernel's limits: signals, watches and descriptors that one "
                    + "of them uses up, others and your programs lack",
                remedy: "install uidmap, and give yourself ranges: sudo usermod --add-subuids 100000-165535 "
                    + "--add-subgids 100000-165535 $USER",
                isFatal: false)
        ]
    }

    private static func cgroups(_ host: HostCapabilities) -> [HostCapabilities.Degradation] {
        let delegate =
            "start the server where it may make cgroups: as root, or with "
            + "systemd-run --user --scope -p Delegate=yes strata start"
        let effects = [
            ("memory", "memory is measured and enforced by the server, some milliseconds late"),
            ("cpu", "a function may use all CPUs, regardless of its memory setting"),
            ("pids", "processes are limited by RLIMIT_NPROC alone, per environment since Linux 5.14"),
        ]
        return effects.compactMap { controller, effect in
            guard !host.cgroupControllers.contains(controller) else { return nil }
            return .init(missing: "cgroup controller \(controller)", effect: effect, remedy: delegate, isFatal: false)
        }
    }

    private static func kernel(_ host: HostCapabilities) -> [HostCapabilities.Degradation] {
        let needed = [
            (host.seccomp, "seccomp", "use a kernel with CONFIG_SECCOMP_FILTER"),
            (host.processDescriptors, "pidfd_open", "use Linux 5.12 or later"),
            (host.detachedMounts, "mount_setattr", "use Linux 5.12 or later"),
        ]
        return needed.compactMap { isThere, name, remedy in
            isThere ? nil : .init(missing: name, effect: "functions do not start", remedy: remedy, isFatal: true)
        }
    }
}
