internal import Digest
internal import LinuxSystem

/// The digests of the files that a layer is built from.
struct InputDigests {
    let input: LayerInput

    /// `sha256:…` by path from the input's folder; of a folder that is packed as it is, one for all that it has.
    ///
    /// - Parameter outputs: What is not a part of the input though it may be in its folder.
    func digests(excluding outputs: [String]) throws(PackagingError) -> [String: String] {
        let folder = input.lockFolder
        switch input {
        case .requirements(let path):
            var digests: [String: String] = [:]
            try add(requirements: path, below: folder, to: &digests)
            return digests
        case .pythonProject: return try files(["pyproject.toml", "uv.lock"], in: folder)
        case .nodePackage:
            return try files(["package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc"], in: folder)
        case .gemfile(let path):
            let name = path.split(separator: "/").last.map(String.init) ?? path
            return try files([name, "\(name).lock"], in: folder)
        case .jars(let path), .folder(let path):
            let name = path.split(separator: "/").last.map(String.init) ?? path
            return [name: try Self.digest(folder: path, excluding: outputs)]
        }
    }

    private func files(_ names: [String], in folder: String) throws(PackagingError) -> [String: String] {
        var digests: [String: String] = [:]
        for name in names {
            let bytes = try PackagingError.wrapping { () throws(SystemCallError) in
                try HostFile.readIfPresent("\(folder)/\(name)")
            }
            if let bytes { digests[name] = Self.text(SHA256Digest(hashing: bytes)) }
        }
        return digests
    }

    /// A requirements file, and those that it includes with `-r` and `-c`.
    private func add(
        requirements path: String, below folder: String, to digests: inout [String: String]
    ) throws(PackagingError) {
        let name = path.hasPrefix("\(folder)/") ? String(path.dropFirst(folder.count + 1)) : path
        guard digests[name] == nil else { return }
        // What is not there is reported by the installer, with its place.
        let read = try PackagingError.wrapping { () throws(SystemCallError) in try HostFile.readIfPresent(path) }
        guard let bytes = read else { return }
        digests[name] = Self.text(SHA256Digest(hashing: bytes))
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let words = line.split { $0 == " " || $0 == "=" || $0 == "\t" }
            guard let first = words.first else { continue }
            if words.count > 1, ["-r", "--requirement", "-c", "--constraint"].contains(first) {
                try add(requirements: Self.path(words[1], from: parent), below: folder, to: &digests)
            } else if first.hasSuffix(".whl"), digests[String(first)] == nil {
                // One that is not there may be beside the working directory, or an address.
                let wheel = Self.path(first, from: parent)
                guard HostFile.kind(of: wheel) == .file else { continue }
                digests[String(first)] = try PackagingError.wrapping { () throws(SystemCallError) in
                    Self.text(try HostFile.digest(of: wheel).0)
                }
            }
        }
    }

    private static func path(_ path: Substring, from folder: String) -> String {
        path.hasPrefix("/") || folder.isEmpty ? String(path) : "\(folder)/\(path)"
    }

    /// One digest of paths, modes and content.
    private static func digest(folder: String, excluding outputs: [String]) throws(PackagingError) -> String {
        var hasher = SHA256Hasher()
        for entry in try HostFolder(path: folder, outputs: outputs).entries() {
            var line = "\(entry.path)\0"
            switch entry.content {
            case .file(let hostPath, _, let isExecutable):
                let digest = try PackagingError.wrapping { () throws(SystemCallError) in
                    try HostFile.digest(of: hostPath).0
                }
                line += "\(isExecutable ? "x" : "f")\(digest.hex)\0"
            case .symbolicLink(let target): line += "l\(target)\0"
            case .emptyDirectory, .bytes: line += "d\0"
            }
            Array(line.utf8).withUnsafeBytes { hasher.update($0) }
        }
        return text(hasher.finalize())
    }

    private static func text(_ digest: SHA256Digest) -> String { "sha256:\(digest.hex)" }
}
