import Glibc
import Testing
import SandboxPlan

@testable import Sandbox

@Suite struct SandboxTests {
    @Test func `a command runs and its output arrives`() throws {
        let provider = try NamespaceSandboxProvider(initExecutable: "/tmp/sb-init", cgroups: try CgroupParent.prepare())
        var plan = SandboxPlan(command: [
            "/usr/bin/python3", "-c",
            """
            import os,socket
            print(os.getuid(), os.getgid(), os.listdir('/'), os.listdir('/proc'))
            s=socket.socket(); s.connect(('127.0.0.1',9001)); s.send(b'hello')
            os.system('cat /proc/self/status | grep -E "Cap|Seccomp|NoNew"; cat /proc/mounts; ls -la / /dev /etc; ls -la /proc/self/fd')
            raise SystemExit(7)
            """,
        ])
        plan.userland = HostUserland.detect()
        plan.layerTrees = ["/usr/bin", "/usr/lib"]
        plan.environment = ["PATH": "/usr/bin"]
        let sandbox = try provider.start(plan)
        var waiting = pollfd(fd: sandbox.processDescriptor, events: Int16(POLLIN), revents: 0)
        poll(&waiting, 1, 5000)
        var bytes = [UInt8](repeating: 0, count: 65536)
        let n = read(sandbox.output, &bytes, bytes.count)
        print(String(decoding: bytes[..<max(0, n)], as: UTF8.self))
        #expect(sandbox.reap() == .exited(code: 7))
        print(sandbox.memory())
        sandbox.close()
    }
}
