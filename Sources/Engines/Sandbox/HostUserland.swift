internal import Glibc
package import SandboxPlan

/// Finds the files of this host that an interpreter from `/usr/bin` needs.
///
/// Only system files that every user of the host can read: no home, no `/var`, no `/etc` beyond the list here.
package enum HostUserland {
    /// Reads the host's file system. The result does not change while a server runs: call it once.
    package static func detect() -> Userland {
        var userland = Userland(binds: [ReadOnlyBind(from: "/usr", to: "/usr")])
        for path in systemDirectories { add(path, to: &userland) }
        userland.binds += present(configuration)
        userland.resolution = present(["/etc/hosts", "/etc/resolv.conf"])
        return userland
    }

    /// On a host with a merged /usr these are links, and are links inside as well (file-hierarchy(7)).
    private static func add(_ path: String, to userland: inout Userland) {
        if let target = linkTarget(path) {
            userland.links.append(PlannedLink(at: path, to: target))
        } else if isDirectory(path) {
            userland.binds.append(ReadOnlyBind(from: path, to: path))
        }
    }

    private static let systemDirectories = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"]

    private static let configuration = [
        "/etc/alternatives", "/etc/ca-certificates", "/etc/ca-certificates.conf", "/etc/ld.so.cache",
        "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/mime.types", "/etc/pki/ca-trust/extracted",
        "/etc/pki/tls/certs", "/etc/protocols", "/etc/services", "/etc/ssl/cert.pem", "/etc/ssl/certs",
        "/etc/ssl/openssl.cnf", "/etc/timezone",
    ]

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
