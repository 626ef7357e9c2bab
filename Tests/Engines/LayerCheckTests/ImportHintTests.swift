import Domain
import LayerCheck
import PackageContents
import Testing

@Suite struct ImportHintTests {
    private func hint(_ module: String, _ paths: String..., runtime: String = "python3.12") throws -> String {
        let hint = try #require(ImportHint(message: "Unable to import module 'app': No module named '\(module)'"))
        let layers = paths.isEmpty ? [] : [(name: "tools:3", files: paths.map { PackageFile(path: $0) })]
        return try #require(hint.text(layers, RuntimeIdentifier(runtime)))
    }

    @Test func `a package at the wrong place is told where to go`() throws {
        #expect(
            try hint("requests", "requests/__init__.py", "requests/api.py")
                == "requests is in layer tools:3, at /opt/requests; Python looks in /opt/python and "
                + "/opt/python/lib/python3.12/site-packages: zip it as python/requests")
        #expect(try hint("six", "lib/six.py").contains("at /opt/lib/six; Python looks in"))
        #expect(try hint("six", "python/python/six.py").hasSuffix("zip it as python/six"))
    }

    @Test func `a package for another Python is told so`() throws {
        #expect(
            try hint("yaml", "python/lib/python3.11/site-packages/yaml/__init__.py").contains(
                "for Python 3.11: build the layer for python3.12"))
        #expect(
            try hint("yaml._yaml", "python/yaml/__init__.py", "python/yaml/_yaml.cpython-311-x86_64-linux-gnu.so")
                .hasSuffix("but not yaml._yaml: it is compiled for cpython-311, not for this Python"))
    }

    @Test func `what no layer has is said`() throws {
        #expect(try hint("requests").hasSuffix("the function has no layers"))
        #expect(try hint("requests", "python/six.py").hasSuffix("in none of its layers (tools:3)"))
    }

    @Test func `a package of Node is told where to go`() throws {
        let hint = try #require(ImportHint(message: "Error: Cannot find module '@scope/tool'\\nRequire stack:"))
        let files = [PackageFile(path: "node_modules/@scope/tool/index.js")]
        #expect(
            hint.text([(name: "a:1", files: files)], RuntimeIdentifier("nodejs22.x"))?.hasSuffix(
                "zip it as nodejs/node_modules/@scope/tool") == true)
    }

    @Test(arguments: [
        "", "No module", "No module named ''", "Cannot find module './own'", "Cannot find module '/var/task/app'",
        "Cannot find module 'node:x'",
    ])
    func `other messages give no hint`(message: String) {
        #expect(ImportHint(message: message) == nil)
    }
}
