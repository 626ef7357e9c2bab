internal import CSeccomp
internal import Glibc
internal import LinuxSystem

/// The program that the kernel runs before every system call of a function.
struct SeccompProgram: Sendable {
    /// BPF instructions of eight bytes each.
    let instructions: [UInt8]
    /// A bit for each call by number: whether it is refused with `EPERM`; others are refused with `ENOSYS`.
    let forbidden: [UInt8]
}

/// Compiles ``AllowedCalls`` and ``SeccompRules``.
///
/// Two filters become one program: of calls by number, where what is not named is refused, and of their arguments, made
/// by libseccomp, where what is not refused is allowed. A refused call is handed to the sandbox's pid 1, which answers
/// it and names it in a report (seccomp_unotify(2)). Calls of a foreign architecture (i386, x32) end the process.
struct SeccompFilter {
    private let context: scmp_filter_ctx

    /// Compile once and use it for every sandbox.
    ///
    /// - Parameter countsSessions: Whether pid 1 admits new sessions up to a number, which is for hosts that do not
    ///   limit processors otherwise: each session is a scheduling group.
    static func compiled(countsSessions: Bool) throws(SandboxError) -> SeccompProgram {
        let arguments = try filter(allowed) { (filter) throws(SandboxError) in
            try filter.addProcesses()
            try filter.addFiles()
            try filter.addSockets()
            try filter.addMemory()
            try filter.addCoreLimit()
        }
        var forbidden = [UInt8](repeating: 0, count: callCount / 8)
        for name in AllowedCalls.names + SeccompRules.forbidden {
            let number = Int(number(of: name))
            if (0..<callCount).contains(number) { forbidden[number / 8] |= 1 << (number % 8) }
        }
        return SeccompProgram(
            instructions: joined(names(countsSessions: countsSessions), arguments), forbidden: forbidden)
    }

    /// The name of a call, for people.
    static func name(ofCall number: Int32) -> String {
        let known = seccomp_syscall_resolve_num_arch(UInt32(SCMP_ARCH_NATIVE), number)
        defer { free(known) }
        if let known { return String(cString: known) }
        return AllowedCalls.newNumbers.first { $0.value == number }?.key ?? "system call \(number)"
    }

    /// One more than the highest number of a call that pid 1 tells apart.
    static let callCount = 1024

    private static func filter(
        _ standard: UInt32, _ build: (SeccompFilter) throws(SandboxError) -> Void
    ) throws(SandboxError) -> [UInt8] {
        guard let context = seccomp_init(standard) else { throw SandboxError(stage: "make a filter", errno: ENOMEM) }
        defer { seccomp_release(context) }
        let filter = SeccompFilter(context: context)
        try filter.check(seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, killProcess), "bad architecture")
        // A binary tree instead of a list: every call passes the filter.
        try filter.check(seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2), "optimize")
        try build(filter)
        return try filter.exported()
    }

    /// The filter by number: the architecture first, because numbers differ between them.
    private static func names(countsSessions: Bool) -> [UInt8] {
        var answers: [Int32: UInt32] = [:]
        for name in AllowedCalls.names { answers[number(of: name)] = allowed }
        if countsSessions { answers[number(of: "setsid")] = counted }
        for name in AllowedCalls.withoutEffect { answers[number(of: name)] = answer(0) }
        for name in SeccompRules.absent { answers[number(of: name)] = answer(ENOSYS) }
        let (architecture, number) = (UInt32(4), UInt32(0))  // offsets in struct seccomp_data
        return CallNumberFilter.instruction(CallNumberFilter.load, value: architecture)
            + CallNumberFilter.instruction(CallNumberFilter.ifEqual, true: 1, value: seccomp_arch_native())
            + CallNumberFilter.instruction(CallNumberFilter.returning, value: killProcess)
            + CallNumberFilter.instruction(CallNumberFilter.load, value: number)
            + CallNumberFilter(answers, otherwise: refused, foreign: x32, answerToForeign: killProcess).instructions
    }

    /// The numbers of x32's calls, which an x86-64 kernel may have; no other architecture has numbers as high.
    private static let x32: Range<UInt32> = 0x4000_0000..<0x8000_0000

    /// Goes on with the second program where the first one would allow the call: it returns no such value itself.
    private static func joined(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] {
        let allowing = CallNumberFilter.instruction(CallNumberFilter.returning, value: allowed)
        let count = first.count / 8
        let instructions = (0..<count).map { Array(first[$0 * 8..<$0 * 8 + 8]) }
        return instructions.enumerated().flatMap { index, instruction in
            guard instruction == allowing else { return instruction }
            let distance = UInt32(count - index - 1)
            return CallNumberFilter.instruction(CallNumberFilter.jump, value: distance)
        } + second
    }

    private func addProcesses() throws(SandboxError) {
        for flag in SeccompRules.namespaceFlags { try add("clone", Self.refused, [Self.masked(0, flag, flag)]) }
        for flag in SeccompRules.personalityFlags {
            try add("personality", Self.refused, [Self.masked(0, flag, flag)])
        }
        for option in SeccompRules.processOptions { try add("prctl", Self.refused, [Self.equal(0, option)]) }
    }

    private func addFiles() throws(SandboxError) {
        for request in SeccompRules.terminalRequests { try add("ioctl", Self.refused, [Self.equal(1, request)]) }
        for command in SeccompRules.fileCommands { try add("fcntl", Self.refused, [Self.equal(1, command)]) }
    }

    private func addSockets() throws(SandboxError) {
        for call in ["socket", "socketpair"] {
            for family in 0..<SeccompRules.familyCount where !SeccompRules.socketFamilies.contains(family) {
                try add(call, Self.refused, [Self.equal(0, family)])
            }
        }
        for family in SeccompRules.internetFamilies {
            for type in SeccompRules.otherTypes {
                try add(
                    "socket", Self.refused, [Self.equal(0, family), Self.masked(1, SeccompRules.typeMask, type)])
            }
            for number in SeccompRules.otherProtocols {
                try add("socket", Self.answer(EPROTONOSUPPORT), [Self.equal(0, family), Self.equal(2, number)])
            }
        }
        let (family, route) = SeccompRules.netlink
        try add(
            "socket", Self.refused,
            [Self.equal(0, family), scmp_arg_cmp(arg: 2, op: SCMP_CMP_NE, datum_a: route, datum_b: 0)])
        let (level, option) = SeccompRules.upperProtocols
        try add("setsockopt", Self.refused, [Self.equal(1, level), Self.equal(2, option)])
    }

    private func addMemory() throws(SandboxError) {
        for command in SeccompRules.globalBarriers { try add("membarrier", Self.refused, [Self.equal(0, command)]) }
        for (call, argument, flag) in SeccompRules.hugePages {
            try add(call, Self.answer(ENOMEM), [Self.masked(argument, flag, flag)])
        }
    }

    private func addCoreLimit() throws(SandboxError) {
        try add("setrlimit", Self.answer(0), [Self.equal(0, SeccompRules.coreLimit)])
        let isSet = scmp_arg_cmp(arg: 2, op: SCMP_CMP_NE, datum_a: 0, datum_b: 0)
        try add("prlimit64", Self.answer(0), [Self.equal(1, SeccompRules.coreLimit), isSet])
    }

    /// Skips calls that this architecture does not have.
    private func add(_ name: String, _ action: UInt32, _ conditions: [scmp_arg_cmp] = []) throws(SandboxError) {
        let number = Self.number(of: name)
        guard number >= 0 else { return }
        let result = seccomp_rule_add_array(context, action, number, UInt32(conditions.count), conditions)
        try check(result, name)
    }

    private static func number(of name: String) -> Int32 {
        let known = seccomp_syscall_resolve_name(name)
        return known >= 0 ? known : AllowedCalls.newNumbers[name] ?? -1
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

    private static let allowed: UInt32 = 0x7FFF_0000  // SCMP_ACT_ALLOW
    private static let killProcess: UInt32 = 0x8000_0000  // SCMP_ACT_KILL_PROCESS
    /// SCMP_ACT_NOTIFY: pid 1 answers.
    private static let refused: UInt32 = 0x7FC0_0000
    /// The same, of a call that pid 1 counts and may admit; the kernel ignores the lower half. See `calls.c`.
    private static let counted: UInt32 = 0x7FC0_0001

    /// The call is not performed: it succeeds with 0, or fails with an error.
    private static func answer(_ errno: Int32) -> UInt32 {
        0x0005_0000 | UInt32(errno)  // SCMP_ACT_ERRNO, a macro with an argument
    }

    /// A condition: an argument under a mask equals a value.
    private static func masked(_ argument: UInt32, _ mask: UInt64, _ value: UInt64) -> scmp_arg_cmp {
        scmp_arg_cmp(arg: argument, op: SCMP_CMP_MASKED_EQ, datum_a: mask, datum_b: value)
    }

    /// A condition: an argument of 32 bits equals a value. The kernel does not look at the others, so a filter that
    /// did would be evaded by one.
    private static func equal(_ argument: UInt32, _ value: UInt64) -> scmp_arg_cmp {
        masked(argument, 0xFFFF_FFFF, value)
    }
}
