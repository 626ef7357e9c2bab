internal import Archive
internal import LinuxSystem

/// A layer that is not published yet: a zip file, or a folder.
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
    /// - Parameter path: a path of this host.
    /// - Throws: ``LayerReadError``, which names the path.
    public init(reading path: String) throws(LayerReadError) {
        do throws(ArchiveError) {
            self = try Self.layer(at: path)
        } catch {
            throw LayerReadError(path: path, error)
        }
    }

    private static func layer(at path: String) throws(ArchiveError) -> LayerContents {
        do throws(SystemCallError) {
            if let files = try list(folder: path) { return LayerContents(name: path, files: files, isFolder: true) }
        } catch {
            throw .system(error)
        }
        return LayerContents(name: path, files: try entries(ofZip: path))
    }

    /// The entries of a folder; `nil` where the path is a file.
    private static func list(folder path: String) throws(SystemCallError) -> [LayerFile]? {
        let folder = try FileDescriptor.open(FilePath(path), .read)
        guard try folder.status().kind == .directory else { return nil }
        var files: [LayerFile] = []
        try list("", in: folder, into: &files)
        return files
    }

    /// Adds a folder's entries, each folder before what is in it.
    private static func list(
        _ folder: String, in directory: borrowing FileDescriptor, into files: inout [LayerFile]
    ) throws(SystemCallError) {
        for name in try directory.entryNames().sorted(by: { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
            let path = folder.isEmpty ? name.description : "\(folder)/\(name)"
            let status = try directory.status(at: name)
            switch status.kind {
            case .directory:
                files.append(LayerFile(path: path, kind: .directory, mode: status.mode))
                try list(path, in: directory.open(at: name, [.read, .directory, .noFollow]), into: &files)
            case .symbolicLink:
                let target = try directory.target(ofSymbolicLinkAt: name).description
                files.append(LayerFile(path: path, kind: .link(target: target), mode: status.mode))
            case .file:
                var content = LayerFile.Content.unread
                if LayerFile.isRead(path: path, mode: status.mode, size: status.size) {
                    let file = try directory.open(at: name, [.read, .noFollow])
                    content = LayerFile.content(of: path, try file.bytes(count: status.size, at: 0))
                }
                files.append(LayerFile(path: path, mode: status.mode, size: status.size, content: content))
            case .special: continue
            }
        }
    }

    private static func entries(ofZip path: String) throws(ArchiveError) -> [LayerFile] {
        let zip = try ZipReader(try open(path), maximumEntryCount: largestEntryCount)
        let buffers = ZipBuffers()
        var files: [LayerFile] = []
        for (index, entry) in zip.entries.enumerated() {
            let path = entry.displayPath.split(separator: "/").joined(separator: "/")
            switch entry.kind {
            case .directory: files.append(LayerFile(path: path, kind: .directory, mode: entry.mode))
            case .symbolicLink:
                guard entry.size < largestTargetBytes else {
                    throw .damaged("a link of \(entry.size) bytes", path: path)
                }
                let target = String(decoding: try zip.content(of: index, using: buffers), as: UTF8.self)
                files.append(LayerFile(path: path, kind: .link(target: target), mode: entry.mode))
            case .file:
                let isRead = LayerFile.isRead(path: path, mode: entry.mode, size: entry.size)
                let content = isRead ? LayerFile.content(of: path, try zip.content(of: index, using: buffers)) : .unread
                files.append(LayerFile(path: path, mode: entry.mode, size: entry.size, content: content))
            case .special: continue
            }
        }
        return files
    }

    private static func open(_ path: String) throws(ArchiveError) -> FileDescriptor {
        do throws(SystemCallError) {
            return try FileDescriptor.open(FilePath(path), .read)
        } catch {
            throw .system(error)
        }
    }

    private static let largestEntryCount = 200_000
    /// The longest path of Linux (`PATH_MAX`).
    private static let largestTargetBytes = 4_096
}

/// A layer that cannot be read.
public struct LayerReadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path as it was given.
    public let path: String
    /// Why, as a phrase.
    public let reason: String

    init(path: String, _ error: ArchiveError) {
        self.path = path
        // The message has the path already.
        if case .system(let failure) = error, failure.call == "open \(path)" {
            reason = String(failure.description.dropFirst(failure.call.count + 2))
        } else {
            reason = error.description
        }
    }

    /// `layer.zip: not a zip file, or cut off`.
    public var description: String { "\(path): \(reason)" }
}
