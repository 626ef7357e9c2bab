import Glibc
import LinuxSystem
import Synchronization

@testable import Sandbox

/// The unified hierarchy of cgroups (version 2) as its documentation describes it, in memory: for hosts that mount
/// version 1, where the real one has no controllers. It keeps the rules that matter to us: control files appear with
/// the directory, a controller's files only where the parent passes it on, and a cgroup that has processes passes
/// nothing on. It does not limit anything: that a limit works is for a host with version 2 to show.
final class FakeCgroupFileSystem: CgroupFileSystem {
    private struct Group {
        var processes: Set<String> = []
        var passedOn: Set<String> = []
        var controls: [String: String] = [:]
    }

    private static let root = "/fake"
    private let offered: Set<String>
    private let groups: Mutex<[String: Group]>

    /// A hierarchy in which the server's own cgroup is `own`, offered these controllers, with these processes in it.
    init(own: String, offered: Set<String>, processes: Set<String>) {
        self.offered = offered
        groups = Mutex([own: Group(processes: processes)])
    }

    var directories: [String] { groups.withLock { $0.keys.sorted() } }

    func processes(in directory: String) -> Set<String> {
        groups.withLock { $0[directory]?.processes ?? [] }
    }

    /// Changes a counter the way the kernel would.
    func kernelWrites(_ path: String, _ text: String) {
        let (directory, name) = Self.split(path)
        groups.withLock { $0[directory]?.controls[name] = text }
    }

    func makeDirectory(_ path: String) throws(SystemCallError) {
        try change("mkdir \(path)") { groups in
            let parent = Self.split(path).directory
            guard groups[path] == nil else { return EEXIST }
            guard let above = groups[parent] else { return ENOENT }
            var group = Group()
            for controller in above.passedOn {
                for (name, text) in Self.controls[controller] ?? [] { group.controls[name] = text }
            }
            group.controls["cgroup.kill"] = ""
            groups[path] = group
            return 0
        }
    }

    func removeDirectory(_ path: String) throws(SystemCallError) {
        try change("rmdir \(path)") { groups in
            guard let group = groups[path] else { return ENOENT }
            guard group.processes.isEmpty, !groups.keys.contains(where: { $0.hasPrefix(path + "/") }) else {
                return EBUSY
            }
            groups[path] = nil
            return 0
        }
    }

    func children(of path: String) -> [String] {
        groups.withLock { groups in
            groups.keys.filter { Self.split($0).directory == path }.map { Self.split($0).name }
        }
    }

    func read(_ path: String) -> String? {
        let (directory, name) = Self.split(path)
        return groups.withLock { groups in
            guard let group = groups[directory] else { return nil }
            switch name {
            case "cgroup.controllers": return offered.sorted().joined(separator: " ") + "\n"
            case "cgroup.type": return "domain\n"
            case "cgroup.subtree_control": return group.passedOn.sorted().joined(separator: " ") + "\n"
            case "cgroup.procs": return group.processes.sorted().map { $0 + "\n" }.joined()
            default: return group.controls[name]
            }
        }
    }

    func write(_ path: String, _ text: String) throws(SystemCallError) {
        let (directory, name) = Self.split(path)
        try change("write \(path)") { groups in
            guard groups[directory] != nil else { return ENOENT }
            switch name {
            case "cgroup.procs": return Self.move(text, to: directory, in: &groups)
            case "cgroup.subtree_control": return self.passOn(text, from: directory, in: &groups)
            default:
                guard groups[directory]?.controls[name] != nil else { return ENOENT }
                groups[directory]?.controls[name] = text
                return 0
            }
        }
    }

    private static func move(_ process: String, to directory: String, in groups: inout [String: Group]) -> Int32 {
        guard groups[directory]?.passedOn.isEmpty == true else { return EBUSY }
        for key in groups.keys { groups[key]?.processes.remove(process) }
        groups[directory]?.processes.insert(process)
        return 0
    }

    private func passOn(_ switches: String, from directory: String, in groups: inout [String: Group]) -> Int32 {
        for word in switches.split(separator: " ") {
            let controller = String(word.dropFirst())
            guard offered.contains(controller) else { return ENOENT }
            if word.hasPrefix("-") {
                groups[directory]?.passedOn.remove(controller)
            } else {
                guard groups[directory]?.processes.isEmpty == true else { return EBUSY }
                groups[directory]?.passedOn.insert(controller)
            }
        }
        return 0
    }

    private func change(_ call: String, _ body: (inout [String: Group]) -> Int32) throws(SystemCallError) {
        let error = groups.withLock { body(&$0) }
        if error != 0 { throw SystemCallError(call, errno: error) }
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        return (String(path[..<slash]), String(path[slash...].dropFirst()))
    }

    private static let controls: [String: [(String, String)]] = [
        "memory": [
            ("memory.max", "max"), ("memory.swap.max", "max"), ("memory.oom.group", "0"), ("memory.current", "0"),
            ("memory.peak", "0"), ("memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n"),
        ],
        "pids": [("pids.max", "max"), ("pids.current", "0")],
        "cpu": [("cpu.max", "max 100000")],
    ]
}
