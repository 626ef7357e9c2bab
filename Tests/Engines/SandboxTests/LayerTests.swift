import Glibc
import SandboxPlan
import Testing

@testable import Sandbox

/// `/opt` holds what unzipping the layers in order would.
@Suite struct LayerTests {
    @Test(arguments: Role.playable)
    func `without layers opt is an empty directory`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        #expect(try fixture.run(fixture.shell("ls -A /opt; stat -c %a /opt")).output == "755\n")
    }

    @Test(arguments: Role.playable)
    func `one layer is opt itself, with its modes and links`(role: Role) throws {
        let fixture = try SandboxFixture(role)
        try fixture.write("layer/bin/tool", "#!/bin/sh\necho tool", mode: 0o755)
        try fixture.write("layer/python/module.py", "x = 1", mode: 0o604)
        symlink("../python/module.py", "\(fixture.folder)/layer/bin/link")
        var plan = fixture.shell("/opt/bin/tool; stat -c '%a %F' /opt/python/module.py; readlink /opt/bin/link")
        plan.layerTrees = ["\(fixture.folder)/layer"]
        #expect(try fixture.run(plan).lines == ["tool", "604 regular file", "../python/module.py"])
    }

    @Test(arguments: Role.playable, 2...5)
    func `of several layers the last one overrides the others`(role: Role, count: Int) throws {
        let fixture = try SandboxFixture(role)
        for layer in 1...count {
            // A colon and a comma separate options of an overlay; in a path they must not.
            try fixture.write(
                "l:\(layer),x/python/shared.py", "from layer \(layer)", mode: layer % 2 == 0 ? 0o755 : 0o644)
            try fixture.write("l:\(layer),x/python/only\(layer).py", "\(layer)")
        }
        try fixture.write("l:1,x/kind", "a file below, a directory above")
        try fixture.write("l:2,x/kind/inner", "inner")
        symlink("only1.py", "\(fixture.folder)/l:1,x/python/link")
        var plan = fixture.python(
            """
            import os
            print(open('/opt/python/shared.py').read(), oct(os.stat('/opt/python/shared.py').st_mode))
            print(sorted(os.listdir('/opt/python')), os.readlink('/opt/python/link'), os.listdir('/opt/kind'))
            """)
        plan.layerTrees = (1...count).map { "\(fixture.folder)/l:\($0),x" }
        let names = ["link"] + (1...count).map { "only\($0).py" } + ["shared.py"]
        let list = names.map { "'\($0)'" }.joined(separator: ", ")
        #expect(
            try fixture.run(plan).lines == [
                "from layer \(count) \(count % 2 == 0 ? "0o100755" : "0o100644")", "[\(list)] only1.py ['inner']",
            ])
    }
}
