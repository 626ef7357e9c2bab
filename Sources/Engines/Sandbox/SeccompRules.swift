/// What a function may not do with the calls of ``AllowedCalls``, and which other calls answer `EPERM`, as data.
/// `SeccompFilter` compiles it.
///
/// A function has no capability and lives in namespaces, so most of this would fail anyway. The filter takes the code
/// behind it out of reach: most kernel vulnerabilities that lead out of containers are there.
enum SeccompRules {
    /// Calls that answer `EPERM`, as programs expect of a call that they may not make. What neither list names answers
    /// `ENOSYS`, as a kernel without the call does, and the C library or the runtime falls back to another one.
    static let forbidden =
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

    /// Refused with `ENOSYS` without a word, because every C library falls back at each thread that it starts: the
    /// arguments of clone3 are in memory, where no filter can look for namespace flags; those of clone are checked.
    static let absent = ["clone3"]

    /// Bits of clone's first argument that make a namespace: mount, cgroup, uts, ipc, user, pid, net. (The one for
    /// time shares its bit with the exit signal here and works with clone3 and unshare only.)
    static let namespaceFlags: [UInt64] = [
        0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000,
    ]

    /// Requests of ioctl that push input into a terminal or steer the console: TIOCSTI, TIOCLINUX.
    static let terminalRequests: [UInt64] = [0x5412, 0x541C]

    /// Commands of fcntl that reach beyond the environment.
    ///
    /// F_SETPIPE_SZ changes how much a pipe holds. The server reads a function's output before it passes the answer on,
    /// so a pipe of the largest size, full of line breaks, would delay it by most of a second. F_SETLEASE makes every
    /// other user of a file wait for its holder (fcntl(2)): packages of all accounts share files. F_NOTIFY tells what
    /// others do in a folder.
    static let fileCommands: [UInt64] = [1031, 1024, 1026]

    /// The socket families that functions need: AF_UNIX, AF_INET, AF_INET6, and AF_NETLINK, through which the C library
    /// lists interfaces.
    static let socketFamilies: [UInt64] = [1, 2, 10, 16]
    /// One past the highest family that the kernel knows of (AF_MAX in linux/socket.h).
    static let familyCount: UInt64 = 46
    /// AF_INET, AF_INET6: the families on which a raw socket would see and forge packets.
    static let internetFamilies: [UInt64] = [2, 10]
    /// SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, SOCK_DCCP and SOCK_PACKET, within the bits that hold the type.
    static let otherTypes: [UInt64] = [3, 4, 5, 6, 10]
    /// Protocols over streams and datagrams beside TCP and UDP: DCCP, SCTP, UDP-Lite, SMC, MPTCP. They answer
    /// `EPROTONOSUPPORT`, as a kernel without them: Go's runtime asks for MPTCP at its first listener.
    static let otherProtocols: [UInt64] = [33, 132, 136, 256, 262]
    /// The bits of socket's second argument that are the type; the others are flags.
    static let typeMask: UInt64 = 0xF
    /// AF_NETLINK, and NETLINK_ROUTE, the only protocol of it that is open.
    static let netlink: (family: UInt64, route: UInt64) = (16, 0)

    /// Bits of personality's argument that undo protections of the address space or pretend another system:
    /// ADDR_NO_RANDOMIZE, MMAP_PAGE_ZERO, ADDR_COMPAT_LAYOUT, READ_IMPLIES_EXEC. The query, 0xFFFFFFFF, has them all
    /// set and is refused with them; its callers take the default then.
    static let personalityFlags: [UInt64] = [0x0004_0000, 0x0010_0000, 0x0020_0000, 0x0040_0000]

    /// Commands of membarrier that interrupt processors for processes of the whole host: GLOBAL, GLOBAL_EXPEDITED and
    /// its registration. Java, .NET and liburcu use the private ones, which reach their own threads only.
    static let globalBarriers: [UInt64] = [1, 2, 4]

    /// Options of prctl: PR_SET_MM, and PR_SCHED_CORE, which can keep processors from running anything else.
    static let processOptions: [UInt64] = [35, 62]

    /// SOL_TCP and TCP_ULP: protocols of the kernel on top of TCP, such as TLS.
    static let upperProtocols: (level: UInt64, option: UInt64) = (6, 31)

    /// Flags that take pages of the host's pool of huge ones, which no limit of memory counts: MAP_HUGETLB of mmap,
    /// MFD_HUGETLB of memfd_create, SHM_HUGETLB of shmget. Each with the place of the argument.
    static let hugePages: [(call: String, argument: UInt32, flag: UInt64)] = [
        ("mmap", 3, 0x4_0000), ("memfd_create", 1, 4), ("shmget", 2, 0o4000),
    ]

    /// RLIMIT_CORE. Setting it succeeds without an effect: 0 would have a core dump that is piped to a program of the
    /// host, which 1 prevents (core(5)); programs that set 0 want none either.
    static let coreLimit: UInt64 = 4

    /// The calls of which some arguments are refused.
    static let checkedCalls: Set<String> = [
        "clone", "fcntl", "ioctl", "membarrier", "personality", "prctl", "setsockopt", "socket", "socketpair",
    ]
}
