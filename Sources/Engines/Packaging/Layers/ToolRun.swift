internal import LinuxSystem

/// One run of an installer.
enum ToolRun {
    /// Runs a program to its end, and passes on its lines.
    ///
    /// - Throws: `.toolFailed` with what it said last, where it does not exit with 0.
    static func run(
        _ program: String, _ arguments: [String], environment: [String: String], hold: borrowing BlockedSignals,
        progress: (BuildProgress) -> Void
    ) throws(PackagingError) {
        var lines: [String] = []
        let outcome = try PackagingError.wrapping { () throws(SystemCallError) in
            try ForegroundProcess.run(program, arguments, environment: environment, blockedSignals: hold) { line in
                if !line.isEmpty { lines.append(line) }
                progress(.output(line))
            }
        }
        if hold.isPending { throw .interrupted }
        guard outcome == .exited(0) else {
            let name = program.split(separator: "/").last.map(String.init) ?? program
            // npm says where its log is in its last lines.
            let telling = lines.last { !$0.contains("log") } ?? "it ended with \(outcome)"
            throw .toolFailed(name, reason: telling)
        }
    }
}
