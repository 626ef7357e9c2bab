internal import Digest
internal import LinuxSystem

/// A folder of this host whose files go into a layer without an installer.
struct HostFolder {
    let path: String
    /// What builds write, which may be in the folder and is no part of it: the zip and what begins like it, and the
    /// bill of materials.
    let outputs: [String]

    /// The folder as it is.
    func content() throws(PackagingError) -> LayerContent { LayerContent(entries: try entries()) }

    /// Its jars, where Lambda's Java runtimes look
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html>).
    func jars() throws(PackagingError) -> LayerContent {
        let jars = try entries().filter { $0.path.hasSuffix(".jar") }
        var content = LayerContent()
        var names: [String: String] = [:]
        for jar in jars {
            let name = jar.path.split(separator: "/").last.map(String.init) ?? jar.path
            if let other = names.updateValue(jar.path, forKey: name) {
                throw .unsuitableFile(
                    path: "\(path)/\(jar.path)", reason: "\(other) has the same name, and java/lib has no folders")
            }
            content.entries.append(PackageEntry(path: "java/lib/\(name)", content: jar.content))
            let digest = SHA256Digest(hashing: try jar.bytes()).hex
            content.packages.append(
                LayerPackage(kind: .generic, name: name, version: "", digest: "sha256:\(digest)"))
        }
        content.entries = PackageEntry.inOrder(content.entries)
        return content
    }

    /// All entries, but what builds write.
    func entries() throws(PackagingError) -> [PackageEntry] {
        let excluded = outputs.compactMap(ownPath)
        return try FolderListing(isExcluded: { path in excluded.contains { path.hasPrefix($0) } }).entries(of: path)
    }

    /// The path of an output from this folder; `nil` for one that is elsewhere.
    private func ownPath(of output: String) -> String? {
        let names = output.split(separator: "/", omittingEmptySubsequences: false)
        let parent = names.count == 1 ? "." : names.dropLast().joined(separator: "/") + "/"
        guard let name = names.last, let root = RealPath.of(path), let folder = RealPath.of(parent) else { return nil }
        if folder == root { return String(name) }
        return folder.hasPrefix("\(root)/") ? "\(folder.dropFirst(root.count + 1))/\(name)" : nil
    }
}
