internal import Digest

/// `/opt` as a function has it: the files of its layers, those of later layers in place of those of earlier ones.
public struct MergedPackages {
    /// One path of `/opt`.
    public struct Entry: Hashable, Sendable {
        /// The path below `/opt`.
        public let path: String
        /// The layer whose file is seen, by its place in the order.
        public let layer: Int
        /// What it is.
        public let file: PackageFile
        /// The layers whose files at this path are hidden, by their places, with whether their content is the same.
        public let hidden: [Hidden]
    }

    /// A file that another layer's hides.
    public struct Hidden: Hashable, Sendable {
        /// The layer.
        public let layer: Int
        /// Whether it is the same: kind, content or target.
        public let isSame: Bool
    }

    /// All files and links, by path.
    public let entries: [Entry]
    /// Files of one content at several paths: the paths, and the bytes of one. The largest first.
    public let copies: [(paths: [String], byteCount: Int)]

    /// Merges layers.
    ///
    /// - Parameter layers: the layers in the function's order. Files of the same size are read.
    public init(_ layers: [PackageSource]) throws(PackageReadError) {
        var places: [String: [(layer: Int, index: Int)]] = [:]
        for (number, layer) in layers.enumerated() {
            for (index, file) in layer.files.enumerated() where !file.isDirectory {
                // Of two entries of a zip with one path the later one counts.
                if places[file.path]?.last?.layer == number { places[file.path]?.removeLast() }
                places[file.path, default: []].append((number, index))
            }
        }
        var digests: [Place: SHA256Digest] = [:]
        func digest(_ layer: Int, _ index: Int) throws(PackageReadError) -> SHA256Digest {
            if let known = digests[Place(layer: layer, index: index)] { return known }
            let digest = try layers[layer].digest(of: index)
            digests[Place(layer: layer, index: index)] = digest
            return digest
        }
        var entries: [Entry] = []
        var bySize: [Int: [(path: String, layer: Int, index: Int)]] = [:]
        for (path, found) in places.sorted(by: { $0.key < $1.key }) {
            guard let last = found.last else { continue }
            let file = layers[last.layer].files[last.index]
            var hidden: [Hidden] = []
            for other in found.dropLast() {
                let its = layers[other.layer].files[other.index]
                var isSame = its.kind == file.kind && its.size == file.size
                if isSame, file.kind == .file {
                    isSame = try digest(other.layer, other.index) == digest(last.layer, last.index)
                }
                hidden.append(Hidden(layer: other.layer, isSame: isSame))
            }
            entries.append(Entry(path: path, layer: last.layer, file: file, hidden: hidden))
            if file.kind == .file, file.size >= Self.leastCopyBytes {
                bySize[file.size, default: []].append((path, last.layer, last.index))
            }
        }
        var copies: [(paths: [String], byteCount: Int)] = []
        for (size, files) in bySize where files.count > 1 {
            var groups: [SHA256Digest: [String]] = [:]
            for file in files { groups[try digest(file.layer, file.index), default: []].append(file.path) }
            copies += groups.values.filter { $0.count > 1 }.map { ($0.sorted(), size) }
        }
        self.entries = entries
        self.copies = copies.sorted { ($1.byteCount, $0.paths[0]) < ($0.byteCount, $1.paths[0]) }
    }

    private struct Place: Hashable {
        let layer: Int
        let index: Int
    }

    /// Smaller files, such as empty modules, are alike by nature.
    private static let leastCopyBytes = 4_096
}
