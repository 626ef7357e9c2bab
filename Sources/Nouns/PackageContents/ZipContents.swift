internal import Archive
internal import LinuxSystem

/// The files of a zip, in its order.
final class ZipContents: FileContents {
    private(set) var files: [PackageFile] = []
    /// The size of the zip file.
    var byteCount: Int { zip.fileSize }
    /// The files' places in the zip.
    private var places: [Int] = []
    private let zip: ZipReader
    private let buffers = ZipBuffers()

    init(_ path: String) throws(ArchiveError) {
        zip = try ZipReader(Self.open(path), maximumEntryCount: Self.largestEntryCount)
        for (place, entry) in zip.entries.enumerated() {
            guard let kind = try kind(of: entry, at: place) else { continue }
            places.append(place)
            files.append(Self.file(entry, kind))
        }
    }

    private static func open(_ path: String) throws(ArchiveError) -> FileDescriptor {
        do throws(SystemCallError) {
            return try FileDescriptor.open(FilePath(path), .read)
        } catch {
            throw .system(error)
        }
    }

    func read(_ index: Int, receive: (UnsafeRawBufferPointer) throws(SystemCallError) -> Void) throws(ArchiveError) {
        try zip.unpack(places[index], using: buffers, receive: receive)
    }

    private static func file(_ entry: ZipEntry, _ kind: PackageFile.Kind) -> PackageFile {
        let names = entry.displayPath.split(separator: "/")
        let path = names.joined(separator: "/")
        let written = entry.path.last == UInt8(ascii: "/") ? entry.path.dropLast() : entry.path[...]
        let isExact = written.elementsEqual(path.utf8) && !path.isEmpty && !names.contains { $0 == "." || $0 == ".." }
        let isFile = kind == .file
        return PackageFile(
            path: path, kind: kind, mode: entry.mode, size: isFile ? entry.size : 0,
            zippedSize: isFile ? entry.compressedSize : 0, isExact: isExact)
    }

    /// `nil` for what no package has.
    private func kind(of entry: ZipEntry, at place: Int) throws(ArchiveError) -> PackageFile.Kind? {
        switch entry.kind {
        case .file: return .file
        case .directory: return .directory
        case .special: return nil
        case .symbolicLink:
            guard entry.size < Self.largestTargetBytes else {
                throw .damaged("a link of \(entry.size) bytes", path: entry.displayPath)
            }
            return .link(target: String(decoding: try zip.content(of: place, using: buffers), as: UTF8.self))
        }
    }

    private static let largestEntryCount = 200_000
    /// The longest path of Linux (`PATH_MAX`).
    private static let largestTargetBytes = 4_096
}
