internal import Glibc

/// A child process, by its process id. The id stays reserved until the process is waited for.
package struct ChildProcess: Hashable, Sendable {
    /// The process id.
    package let id: Int32

    /// Starts `executable` with exactly these descriptors, arguments and environment variables (posix_spawn(3)).
    ///
    /// `descriptors[n]` becomes the child's descriptor `n`. Every descriptor of this process is close-on-exec, so the
    /// child inherits no other, not even one that another thread opens meanwhile.
    ///
    /// - Parameter leadsGroup: Whether the child leads a process group of its own, for ``signalGroup(_:)``.
    package static func spawn(
        _ executable: String, arguments: [String], environment: [String] = [], descriptors: [Int32],
        leadsGroup: Bool = false
    ) throws(SystemCallError) -> ChildProcess {
        let sources = try duplicated(descriptors)
        defer { sources.forEach { _ = Glibc.close($0) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, source) in sources.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
        }
        return try withAttributes(leadsGroup: leadsGroup) { (attributes) throws(SystemCallError) in
            var id: pid_t = 0
            let error = withCStrings([executable] + arguments) { arguments in
                withCStrings(environment) { posix_spawn(&id, executable, &actions, &attributes, arguments, $0) }
            }
            guard error == 0 else { throw SystemCallError("posix_spawn \(executable)", errno: error) }
            return ChildProcess(id: id)
        }
    }

    /// Sends SIGKILL; without effect when the process has already ended.
    package func kill() {
        _ = Glibc.kill(id, SIGKILL)
    }

    /// Sends a signal to the child, which leads a group, and to all that it started and that stayed in its group.
    func signalGroup(_ signal: Int32) { _ = Glibc.kill(-id, signal) }

    /// Waits until the process has ended and returns its wait status; nil when it was already reaped.
    @discardableResult
    package func wait() -> Int32? {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0 {
            if errno != EINTR { return nil }
        }
        return status
    }

    /// Duplicates of the descriptors with numbers above every target, so that no dup2 overwrites a later source.
    private static func duplicated(_ descriptors: [Int32]) throws(SystemCallError) -> [Int32] {
        var copies: [Int32] = []
        for descriptor in descriptors {
            let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, Int32(descriptors.count))
            guard copy >= 0 else {
                let failure = SystemCallError("fcntl F_DUPFD_CLOEXEC")
                copies.forEach { _ = Glibc.close($0) }
                throw failure
            }
            copies.append(copy)
        }
        return copies
    }

    /// Spawn attributes that block and ignore no signal in the child, unlike what this thread may do.
    private static func withAttributes<Result>(
        leadsGroup: Bool, _ body: (inout posix_spawnattr_t) throws(SystemCallError) -> Result
    ) throws(SystemCallError) -> Result {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let group = leadsGroup ? POSIX_SPAWN_SETPGROUP : 0
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group))
        return try body(&attributes)
    }
}

/// Calls `body` with a NULL-terminated array of C strings, which live until it returns.
private func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
}
