internal import Glibc
internal import LinuxSystem
package import SandboxPlan

/// Finds the files of this host that an interpreter from `/usr/bin` needs.
///
/// Only system files that every user of the host can read: no home, no `/var`, no `/etc` beyond the list here.
package enum HostUserland {
    /// Reads the host's file system. The result does not change while a server runs: call it once.
    package static func detect() -> Userland {
        var userland = Userland(binds: [systemDirectory("/usr")])
        for path in systemDirectories { add(path, to: &userland) }
        userland.replacements = shell()
        userland.binds += present(configuration + javaConfiguration)
        userland.resolution = present(["/etc/hosts", "/etc/resolv.conf"])
        return userland
    }

    /// On a host with a merged /usr these are links, and are links inside as well (file-hierarchy(7)).
    private static func add(_ path: String, to userland: inout Userland) {
        if let target = linkTarget(path) {
            userland.links.append(PlannedLink(at: path, to: target))
        } else if isDirectory(path) {
            userland.binds.append(systemDirectory(path))
        }
    }

    /// A view, where nothing is mounted below the directory: an overlay would leave that out.
    private static func systemDirectory(_ path: String) -> ReadOnlyBind {
        let mounts = TextFile.read("/proc/self/mountinfo")?.split(separator: "\n") ?? []
        let hasMounts = mounts.contains { line in
            let fields = line.split(separator: " ")
            return fields.count > 4 && fields[4].hasPrefix(path + "/")
        }
        return ReadOnlyBind(from: path, to: path, isView: !hasMounts)
    }

    /// Bash in the place of `/bin/sh`, as on Amazon Linux, whose scripts rely on it: dash knows no `set -o pipefail`.
    ///
    /// It covers the name alone, often a link, and not the program that the link names, which may be busybox.
    private static func shell() -> [ReadOnlyBind] {
        guard let bash = RealPath.of("/bin/bash"), let folder = RealPath.of("/bin"),
            let shell = RealPath.of("/bin/sh"), shell != bash
        else { return [] }
        return [ReadOnlyBind(from: bash, to: "\(folder)/sh", isDirectory: false)]
    }

    private static let systemDirectories = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"]

    private static let configuration = [
        "/etc/alternatives", "/etc/ca-certificates", "/etc/ca-certificates.conf", "/etc/ld.so.cache",
        "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/mime.types", "/etc/pki/ca-trust/extracted",
        "/etc/pki/tls/certs", "/etc/protocols", "/etc/services", "/etc/ssl/cert.pem", "/etc/ssl/certs",
        "/etc/ssl/openssl.cnf", "/etc/timezone",
    ]

    /// Debian has a JVM's `conf` there, such as `/etc/java-17-openjdk`, and none starts without it.
    private static var javaConfiguration: [String] {
        let names = (DirectoryListing.names("/etc") ?? []).filter { $0.hasPrefix("java-") && $0.hasSuffix("-openjdk") }
        return names.sorted().map { "/etc/\($0)" }
    }

    private static func present(_ paths: [String]) -> [ReadOnlyBind] {
        paths.filter(exists).map { ReadOnlyBind(from: $0, to: $0, isDirectory: isDirectory($0)) }
    }

    private static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func linkTarget(_ path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(path, &bytes, bytes.count - 1)
        guard length > 0 else { return nil }
        return String(decoding: bytes[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
