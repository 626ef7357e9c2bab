/// The contents of the configuration files that a sandbox has in place of the host's.
enum SandboxFiles {
    static let passwd = bytes(
        """
        root:x:0:0:root:/root:/sbin/nologin
        \(SandboxUser.name):x:\(SandboxUser.uid):\(SandboxUser.gid)::/home/\(SandboxUser.name):/sbin/nologin
        nobody:x:65534:65534:nobody:/:/sbin/nologin

        """)

    static let group = bytes(
        """
        root:x:0:
        \(SandboxUser.name):x:\(SandboxUser.gid):
        nogroup:x:65534:

        """)

    static let nameServiceSwitch = bytes(
        """
        passwd: files
        group: files
        hosts: files dns

        """)

    /// No name server answers on an isolated network, so look-ups fail at once instead of waiting for one.
    static let noResolver = bytes("options attempts:1 timeout:1\n")

    /// `sandbox.localdomain` is the name by which Lambda has extensions name themselves ("Lambda Telemetry API").
    static func hosts(hostname: String) -> [UInt8] {
        bytes("127.0.0.1 localhost sandbox.localdomain sandbox \(hostname)\n::1 localhost\n")
    }

    private static func bytes(_ text: String) -> [UInt8] {
        Array(text.utf8)
    }
}
