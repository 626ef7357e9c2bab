internal import Digest
internal import PackageContents

/// What an archive has at each path, with digests in place of bytes.
struct ArchiveImage {
    /// A file, link or listed folder.
    struct Entry {
        let file: PackageFile
        /// Of a file's bytes; `nil` for links and folders.
        let digest: SHA256Digest?
    }

    let entries: [Entry]

    /// Reads every file of an archive.
    init(reading source: PackageSource) throws(SplitError) {
        var entries: [Entry] = []
        for (place, file) in source.files.enumerated() {
            let digest = try SplitError.reading { () throws(PackageReadError) in
                file.kind == .file ? try source.digest(of: place) : nil
            }
            entries.append(Entry(file: file, digest: digest))
        }
        self.entries = entries
    }
}
