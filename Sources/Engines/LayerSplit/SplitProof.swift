internal import PackageContents

/// Shows that code and layers, merged as a function sees them, are the function's package again.
struct SplitProof {
    private let original: ArchiveImage
    private let places: [String: Int]
    /// Listed folders that need not be listed again: those that have something in them.
    private let impliedFolders: Set<String>

    /// - Parameter listsFolders: whether folders that have something in them are listed as they were.
    init(of original: ArchiveImage, listsFolders: Bool = true) {
        self.original = original
        places = Dictionary(original.entries.enumerated().map { ($1.file.path, $0) }, uniquingKeysWith: { $1 })
        impliedFolders = listsFolders ? [] : Set(original.entries.map(\.file.folder))
    }

    /// Compares every path, kind, mode, link target and digest of archives with the original.
    ///
    /// - Returns: how many files and links are the same.
    /// - Throws: ``SplitError/notIdentical(_:)`` with the first difference.
    func check(code: ArchiveImage?, layers: [ArchiveImage]) throws(SplitError) -> Int {
        var found: Set<String> = []
        var count = 0
        for (number, archive) in ([code].compactMap { $0 } + layers).enumerated() {
            let isCode = code != nil && number == 0
            for entry in archive.entries {
                let file = entry.file
                guard let path = isCode ? file.path : LayerLayout.originalPath(of: file.path) else {
                    throw .notIdentical("\(file.path) is in a layer, and at no place of the original")
                }
                guard let place = places[path] else { throw .notIdentical("\(path) is new") }
                let isNew = found.insert(path).inserted
                guard isNew || file.isDirectory else { throw .notIdentical("\(path) is there twice") }
                try compare(entry, original.entries[place])
                if !file.isDirectory { count += 1 }
            }
        }
        if let missing = places.keys.filter({ !found.contains($0) && !impliedFolders.contains($0) }).min() {
            throw .notIdentical("\(missing) is missing")
        }
        return count
    }

    private func compare(_ new: ArchiveImage.Entry, _ old: ArchiveImage.Entry) throws(SplitError) {
        let path = old.file.path
        guard new.file.kind == old.file.kind else { throw .notIdentical("\(path) is of another kind") }
        guard new.file.mode == old.file.mode || new.file.isLink else {
            throw .notIdentical("\(path) has another mode")
        }
        guard new.digest == old.digest else { throw .notIdentical("\(path) has other bytes") }
    }
}
