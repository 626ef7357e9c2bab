public import PackageContents

/// What a layer has: a zip file's entries, or a folder's.
public struct LayerContents: Sendable {
    /// How findings name it: the path as it was given.
    public let name: String
    /// Its entries; those of a zip in its order, so that of two with one path the later one counts.
    public let files: [LayerFile]

    /// Whether it is a folder, so that its files are files of this host.
    public let isFolder: Bool

    /// Describes a layer.
    public init(name: String, files: [LayerFile], isFolder: Bool = false) {
        (self.name, self.files, self.isFolder) = (name, files, isFolder)
    }

    /// The bytes that it takes when unpacked. A zip may declare any sizes: their sum stops at 2^56.
    public var byteCount: Int { files.reduce(0) { min($0 + min($1.size, Self.mostBytes), Self.mostBytes) } }

    private static let mostBytes = 1 << 56

    /// Reads a zip or a folder. One file's content is in memory at a time.
    ///
    /// - Parameters:
    ///   - path: a path of this host.
    ///   - name: how findings name it; `nil` for the path.
    /// - Throws: ``PackageReadError``, which names it.
    public init(reading path: String, called name: String? = nil) throws(PackageReadError) {
        let source = try PackageSource(reading: path, called: name)
        var files: [LayerFile] = []
        for (index, file) in source.files.enumerated() { files.append(try Self.layerFile(file, index, of: source)) }
        self.init(name: source.name, files: files, isFolder: source.isFolder)
    }

    private static func layerFile(
        _ file: PackageFile, _ index: Int, of source: PackageSource
    ) throws(PackageReadError) -> LayerFile {
        switch file.kind {
        case .directory: return LayerFile(path: file.path, kind: .directory, mode: file.mode)
        case .link(let target): return LayerFile(path: file.path, kind: .link(target: target), mode: file.mode)
        case .file:
            let isRead = LayerFile.isRead(path: file.path, mode: file.mode, size: file.size)
            let content = isRead ? LayerFile.content(of: file.path, try source.content(of: index)) : .unread
            return LayerFile(path: file.path, mode: file.mode, size: file.size, content: content)
        }
    }
}
