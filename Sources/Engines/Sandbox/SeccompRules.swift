/// Which system calls a function may not make, as data. `SeccompFilter` compiles it.
///
/// A function has no capability and lives in namespaces, so most of these would fail anyway. The filter takes the code
/// behind them out of reach: most kernel vulnerabilities that lead out of containers are in these calls. The list
/// follows what the default profile of moby refuses to containers without capabilities.
enum SeccompRules {
    /// Refused with `EPERM`, whatever the arguments.
    static let refused =
        mounts + namespaces + otherProcesses + kernelInterfaces + keys + administration + clocks

    private static let mounts = [
        "mount", "umount", "umount2", "pivot_root", "chroot", "fsopen", "fsconfig", "fsmount", "fspick", "open_tree",
        "open_tree_attr", "move_mount", "mount_setattr", "statmount", "listmount", "open_by_handle_at",
        "name_to_handle_at", "quotactl", "quotactl_fd", "swapon", "swapoff", "fanotify_init", "fanotify_mark",
    ]
    private static let namespaces = ["unshare", "setns"]
    private static let otherProcesses = [
        "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd", "lookup_dcookie",
        "move_pages", "migrate_pages",
    ]
    private static let kernelInterfaces = [
        "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "syslog",
        "vmsplice", "mbind", "set_mempolicy", "set_mempolicy_home_node",
    ]
    private static let keys = ["keyctl", "add_key", "request_key"]
    private static let administration = [
        "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "create_module",
        "query_module", "get_kernel_syms", "reboot", "acct", "sethostname", "setdomainname", "vhangup", "nfsservctl",
        "uselib", "ustat", "sysfs", "_sysctl", "iopl", "ioperm", "modify_ldt", "vm86", "vm86old",
    ]
    private static let clocks = [
        "settimeofday", "clock_settime", "clock_settime64", "clock_adjtime", "clock_adjtime64", "adjtimex", "stime",
    ]

    /// Numbers of calls that an older libseccomp does not know. Since Linux 5.1 all architectures share the numbers.
    static let newCalls: [String: Int32] = [
        "mount_setattr": 442, "quotactl_fd": 443, "set_mempolicy_home_node": 450, "statmount": 457, "listmount": 458,
        "open_tree_attr": 467,
    ]

    /// Refused with `ENOSYS`, so that the C library falls back: the arguments of clone3 are in memory, where no filter
    /// can look for namespace flags; those of clone are checked.
    static let absent = ["clone3"]

    /// Bits of clone's first argument that make a namespace: mount, cgroup, uts, ipc, user, pid, net. (The one for
    /// time shares its bit with the exit signal here and works with clone3 and unshare only.)
    static let namespaceFlags: [UInt64] = [
        0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000,
    ]

    /// Requests of ioctl that push input into a terminal or steer the console: TIOCSTI, TIOCLINUX.
    static let terminalRequests: [UInt64] = [0x5412, 0x541C]

    /// The command of fcntl that changes how much a pipe holds: F_SETPIPE_SZ. The server reads a function's output
    /// before it passes the answer on, so a pipe of the largest size, full of line breaks, would delay it by most of a
    /// second.
    static let pipeResizing: UInt64 = 1031

    /// The socket families that functions need: AF_UNIX, AF_INET, AF_INET6, and AF_NETLINK, through which the C library
    /// lists interfaces.
    static let socketFamilies: [UInt64] = [1, 2, 10, 16]
    /// One past the highest family that the kernel knows of (AF_MAX in linux/socket.h).
    static let familyCount: UInt64 = 46
    /// AF_INET, AF_INET6: the families on which a raw socket would see and forge packets.
    static let internetFamilies: [UInt64] = [2, 10]
    /// SOCK_RAW and SOCK_PACKET, within the bits that hold the type.
    static let rawTypes: [UInt64] = [3, 10]
    /// The bits of socket's second argument that are the type; the others are flags.
    static let typeMask: UInt64 = 0xF
    /// AF_NETLINK, and NETLINK_ROUTE, the only protocol of it that is open.
    static let netlink: (family: UInt64, route: UInt64) = (16, 0)

    /// Bits of personality's argument that undo protections of the address space or pretend another system:
    /// ADDR_NO_RANDOMIZE, MMAP_PAGE_ZERO, ADDR_COMPAT_LAYOUT, READ_IMPLIES_EXEC. The query, 0xFFFFFFFF, has them all
    /// set and is refused with them; its callers take the default then.
    static let personalityFlags: [UInt64] = [0x0004_0000, 0x0010_0000, 0x0020_0000, 0x0040_0000]
}
