internal import CSeccomp
internal import Glibc
internal import LinuxSystem

/// Compiles `SeccompRules` with libseccomp into the program that the kernel runs before every system call.
///
/// Calls of a foreign architecture (i386, x32) end the process: libseccomp's filter checks the architecture first.
struct SeccompFilter {
    private let context: scmp_filter_ctx

    /// The program: BPF instructions of eight bytes each. Compile once and use it for every sandbox.
    static func compiled() throws(SandboxError) -> [UInt8] {
        guard let context = seccomp_init(allow) else { throw SandboxError(stage: "make a filter", errno: ENOMEM) }
        defer { seccomp_release(context) }
        let filter = SeccompFilter(context: context)
        try filter.setAttributes()
        try filter.addCalls()
        try filter.addClone()
        try filter.addTerminals()
        try filter.addPipes()
        try filter.addSockets()
        try filter.addPersonality()
        return try filter.exported()
    }

    private func setAttributes() throws(SandboxError) {
        try check(seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, Self.killProcess), "bad architecture")
        // A binary tree instead of a list: every call passes the filter, most of them match nothing.
        try check(seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2), "optimize")
    }

    private func addCalls() throws(SandboxError) {
        for name in SeccompRules.refused { try add(name, Self.refuse(EPERM)) }
        for name in SeccompRules.absent { try add(name, Self.refuse(ENOSYS)) }
    }

    private func addClone() throws(SandboxError) {
        for flag in SeccompRules.namespaceFlags {
            try add("clone", Self.refuse(EPERM), [Self.masked(0, flag, flag)])
        }
    }

    private func addTerminals() throws(SandboxError) {
        // The kernel looks at 32 bits of the request, so the filter must as well, or a high bit would hide it.
        for request in SeccompRules.terminalRequests {
            try add("ioctl", Self.refuse(EPERM), [Self.masked(1, 0xFFFF_FFFF, request)])
        }
    }

    private func addPipes() throws(SandboxError) {
        try add("fcntl", Self.refuse(EPERM), [Self.masked(1, 0xFFFF_FFFF, SeccompRules.pipeResizing)])
    }

    private func addSockets() throws(SandboxError) {
        for call in ["socket", "socketpair"] {
            for family in 0..<SeccompRules.familyCount where !SeccompRules.socketFamilies.contains(family) {
                try add(call, Self.refuse(EPERM), [Self.masked(0, 0xFFFF_FFFF, family)])
            }
        }
        for family in SeccompRules.internetFamilies {
            for type in SeccompRules.rawTypes {
                let isRaw = [Self.masked(0, 0xFFFF_FFFF, family), Self.masked(1, SeccompRules.typeMask, type)]
                try add("socket", Self.refuse(EPERM), isRaw)
            }
        }
        let (family, route) = SeccompRules.netlink
        try add(
            "socket", Self.refuse(EPERM),
            [Self.masked(0, 0xFFFF_FFFF, family), scmp_arg_cmp(arg: 2, op: SCMP_CMP_NE, datum_a: route, datum_b: 0)])
    }

    private func addPersonality() throws(SandboxError) {
        for flag in SeccompRules.personalityFlags {
            try add("personality", Self.refuse(EPERM), [Self.masked(0, flag, flag)])
        }
    }

    /// Skips calls that this architecture does not have.
    private func add(_ name: String, _ action: UInt32, _ conditions: [scmp_arg_cmp] = []) throws(SandboxError) {
        let known = seccomp_syscall_resolve_name(name)
        let number = known >= 0 ? known : SeccompRules.newCalls[name] ?? -1
        guard number >= 0 else { return }
        let result = seccomp_rule_add_array(context, action, number, UInt32(conditions.count), conditions)
        try check(result, name)
    }

    /// The program as bytes; libseccomp writes it to a file only.
    private func exported() throws(SandboxError) -> [UInt8] {
        do {
            let file = try FileDescriptor.memoryFile("strata-filter", content: [])
            try check(seccomp_export_bpf(context, file.rawValue), "export")
            let length = Int(lseek(file.rawValue, 0, SEEK_END))
            var program = [UInt8](repeating: 0, count: length)
            guard pread(file.rawValue, &program, length, 0) == length else { throw SystemCallError("read the filter") }
            return program
        } catch let error as SystemCallError {
            throw SandboxError(error)
        } catch let error as SandboxError {
            throw error
        } catch {
            throw SandboxError(stage: "compile the system call filter", errno: 0, detail: "\(error)")
        }
    }

    private func check(_ result: Int32, _ what: String) throws(SandboxError) {
        guard result == 0 else {
            throw SandboxError(stage: "compile the system call filter", errno: -result, detail: what)
        }
    }

    private static let allow: UInt32 = 0x7FFF_0000  // SCMP_ACT_ALLOW
    private static let killProcess: UInt32 = 0x8000_0000  // SCMP_ACT_KILL_PROCESS

    private static func refuse(_ errno: Int32) -> UInt32 {
        0x0005_0000 | UInt32(errno)  // SCMP_ACT_ERRNO, a macro with an argument
    }

    /// A condition: an argument under a mask equals a value.
    private static func masked(_ argument: UInt32, _ mask: UInt64, _ value: UInt64) -> scmp_arg_cmp {
        scmp_arg_cmp(arg: argument, op: SCMP_CMP_MASKED_EQ, datum_a: mask, datum_b: value)
    }
}
