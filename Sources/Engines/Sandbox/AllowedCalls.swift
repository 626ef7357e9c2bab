/// The system calls that a function may make, by what they are for. What is not named here is refused.
///
/// Programs of Python, Node.js, Java, Ruby, Go, Rust, Swift and the C libraries glibc and musl need them. Left out is
/// what none of them needs and what reaches state that the host shares: asynchronous I/O of the kernel's own (io_setup,
/// whose limit is one for the host), POSIX message queues, residency of the host's page cache (cachestat), secret
/// memory, landlock, and every call that is newer than this list.
enum AllowedCalls {
    /// All of them; a call that this architecture does not have is skipped.
    static let names =
        files + folders + metadata + memory + processes + identity + scheduling + signals + time + waiting + messages
        + sockets

    private static let files = [
        "close", "close_range", "copy_file_range", "creat", "dup", "dup2", "dup3", "fadvise64", "fallocate", "fcntl",
        "fdatasync", "flock", "fsync", "ftruncate", "ioctl", "lseek", "memfd_create", "open", "openat", "openat2",
        "pipe", "pipe2", "pread64", "preadv", "preadv2", "pwrite64", "pwritev", "pwritev2", "read", "readahead",
        "readv", "sendfile", "splice", "sync_file_range", "tee", "truncate", "write", "writev",
    ]
    private static let folders = [
        "chdir", "fchdir", "getcwd", "getdents", "getdents64", "inotify_add_watch", "inotify_init", "inotify_init1",
        "inotify_rm_watch", "link", "linkat", "mkdir", "mkdirat", "mknod", "mknodat", "readlink", "readlinkat",
        "rename", "renameat", "renameat2", "rmdir", "symlink", "symlinkat", "unlink", "unlinkat",
    ]
    private static let metadata = [
        "access", "chmod", "chown", "faccessat", "faccessat2", "fchmod", "fchmodat", "fchmodat2", "fchown", "fchownat",
        "fgetxattr", "flistxattr", "fremovexattr", "fsetxattr", "fstat", "fstatfs", "futimesat", "getxattr",
        "getxattrat", "lchown", "lgetxattr", "listxattr", "listxattrat", "llistxattr", "lremovexattr", "lsetxattr",
        "lstat", "newfstatat", "removexattr", "removexattrat", "setxattr", "setxattrat", "stat", "statfs", "statx",
        "umask", "utime", "utimensat", "utimes",
    ]
    private static let memory = [
        "brk", "get_mempolicy", "madvise", "map_shadow_stack", "membarrier", "mincore", "mlock", "mlock2", "mlockall",
        "mmap", "mprotect", "mremap", "mseal", "msync", "munlock", "munlockall", "munmap", "pkey_alloc", "pkey_free",
        "pkey_mprotect", "remap_file_pages", "shmat", "shmctl", "shmdt", "shmget",
    ]
    private static let processes = [
        "arch_prctl", "clone", "execve", "execveat", "exit", "exit_group", "fork", "get_robust_list", "getpgid",
        "getpgrp", "getpid", "getppid", "getsid", "gettid", "personality", "pidfd_open", "prctl", "rseq", "seccomp",
        "set_robust_list", "set_tid_address", "setpgid", "setsid", "uname", "vfork", "wait4", "waitid",
    ]
    private static let identity = [
        "capget", "capset", "getegid", "geteuid", "getgid", "getgroups", "getresgid", "getresuid", "getuid", "setfsgid",
        "setfsuid", "setgid", "setgroups", "setregid", "setresgid", "setresuid", "setreuid", "setuid",
    ]
    private static let scheduling = [
        "getcpu", "getpriority", "getrlimit", "getrusage", "ioprio_get", "ioprio_set", "prlimit64",
        "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr", "sched_getparam",
        "sched_getscheduler", "sched_rr_get_interval", "sched_setaffinity", "sched_setattr", "sched_setparam",
        "sched_setscheduler", "sched_yield", "setpriority", "setrlimit", "sysinfo", "times",
    ]
    private static let signals = [
        "kill", "pause", "pidfd_send_signal", "restart_syscall", "rt_sigaction", "rt_sigpending", "rt_sigprocmask",
        "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "rt_tgsigqueueinfo", "sigaltstack",
        "signalfd", "signalfd4", "tgkill", "tkill",
    ]
    private static let time = [
        "alarm", "clock_getres", "clock_gettime", "clock_nanosleep", "getitimer", "gettimeofday", "nanosleep",
        "setitimer", "time", "timer_create", "timer_delete", "timer_getoverrun", "timer_gettime", "timer_settime",
        "timerfd_create", "timerfd_gettime", "timerfd_settime",
    ]
    private static let waiting = [
        "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd",
        "eventfd2", "futex", "futex_requeue", "futex_wait", "futex_waitv", "futex_wake", "getrandom", "poll", "ppoll",
        "pselect6", "select",
    ]
    private static let messages = [
        "msgctl", "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop",
    ]
    private static let sockets = [
        "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen", "recvfrom",
        "recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown", "socket", "socketpair",
    ]

    /// Calls that succeed without an effect: they flush all file systems of the host, and nothing of a function is on
    /// a disk.
    static let withoutEffect = ["sync", "syncfs"]

    /// Numbers of calls that an older libseccomp does not know. Since Linux 5.1 all architectures share the numbers.
    static let newNumbers: [String: Int32] = [
        "mount_setattr": 442, "quotactl_fd": 443, "set_mempolicy_home_node": 450, "fchmodat2": 452,
        "map_shadow_stack": 453, "futex_wake": 454, "futex_wait": 455, "futex_requeue": 456, "statmount": 457,
        "listmount": 458, "mseal": 462, "setxattrat": 463, "getxattrat": 464, "listxattrat": 465,
        "removexattrat": 466, "open_tree_attr": 467,
    ]
}
