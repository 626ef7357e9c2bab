internal import Archive
internal import LinuxSystem

/// The files of a folder, each folder before what is in it, names in the order of their bytes.
final class FolderContents: FileContents {
    private(set) var files: [PackageFile] = []
    /// The files' paths as the kernel has them.
    private var paths: [FilePath] = []
    private let root: FileDescriptor

    /// Lists a folder; `nil` where the path is a file.
    init?(_ path: String) throws(ArchiveError) {
        do throws(SystemCallError) {
            root = try FileDescriptor.open(FilePath(path), .read)
            guard try root.status().kind == .directory else { return nil }
            try list("", FilePath(""), in: root.open(at: ".", [.read, .directory]))
        } catch {
            throw .system(error)
        }
    }

    func read(_ index: Int, receive: (UnsafeRawBufferPointer) throws(SystemCallError) -> Void) throws(ArchiveError) {
        do throws(SystemCallError) {
            let file = try root.open(at: paths[index], [.read, .noFollow])
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceBytes, alignment: 64)
            defer { buffer.deallocate() }
            while true {
                let count = try file.read(into: buffer)
                if count == 0 { return }
                try receive(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
            }
        } catch {
            throw .system(error)
        }
    }

    private func list(
        _ folder: String, _ place: FilePath, in directory: borrowing FileDescriptor
    ) throws(SystemCallError) {
        for name in try directory.entryNames().sorted(by: { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
            let text = String(validating: name.bytes, as: UTF8.self)
            let path = (folder.isEmpty ? "" : folder + "/") + (text ?? name.description)
            let kernelPath = place.bytes.isEmpty ? name : place.appending(name)
            let status = try directory.status(at: name)
            var (kind, size) = (PackageFile.Kind.file, 0)
            switch status.kind {
            case .directory: kind = .directory
            case .symbolicLink: kind = .link(target: try directory.target(ofSymbolicLinkAt: name).description)
            case .file: size = status.size
            case .special: continue
            }
            paths.append(kernelPath)
            files.append(PackageFile(path: path, kind: kind, mode: status.mode, size: size, isExact: text != nil))
            guard kind == .directory else { continue }
            try list(path, kernelPath, in: directory.open(at: name, [.read, .directory, .noFollow]))
        }
    }

    private static let pieceBytes = 256 << 10
}
