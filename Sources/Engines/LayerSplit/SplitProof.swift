internal import PackageContents

/// Shows that code and layers, merged as a function sees them, are the function's package again.
enum SplitProof {
    /// Reads archives again and compares every path, kind, mode, link target and byte with the original.
    ///
    /// - Returns: how many files and links are the same.
    /// - Throws: ``SplitError/notIdentical(_:)`` with the first difference.
    static func check(
        _ original: PackageSource, code: PackageSource?, layers: [PackageSource]
    ) throws(SplitError) -> Int {
        let places = Dictionary(original.files.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { $1 })
        var found: Set<String> = []
        var count = 0
        for (number, archive) in ([code].compactMap { $0 } + layers).enumerated() {
            let isCode = code != nil && number == 0
            for (place, file) in archive.files.enumerated() {
                guard let path = isCode ? file.path : LayerLayout.originalPath(of: file.path) else {
                    throw .notIdentical("\(file.path) is in a layer, and at no place of the original")
                }
                guard let other = places[path] else { throw .notIdentical("\(path) is new") }
                let isNew = found.insert(path).inserted
                guard isNew || file.isDirectory else { throw .notIdentical("\(path) is there twice") }
                try compare(file, at: place, of: archive, original.files[other], at: other, of: original)
                if !file.isDirectory { count += 1 }
            }
        }
        if let missing = places.keys.filter({ !found.contains($0) }).min() {
            throw .notIdentical("\(missing) is missing")
        }
        return count
    }

    private static func compare(
        _ file: PackageFile, at place: Int, of archive: PackageSource, _ old: PackageFile, at other: Int,
        of original: PackageSource
    ) throws(SplitError) {
        guard file.kind == old.kind else { throw .notIdentical("\(old.path) is of another kind") }
        guard file.mode == old.mode || file.isLink else { throw .notIdentical("\(old.path) has another mode") }
        guard file.kind == .file else { return }
        let isSame = try SplitError.reading { () throws(PackageReadError) in
            guard file.size == old.size else { return false }
            return try archive.digest(of: place) == original.digest(of: other)
        }
        guard isSame else { throw .notIdentical("\(old.path) has other bytes") }
    }
}
