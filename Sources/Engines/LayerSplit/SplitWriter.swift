internal import LinuxSystem
internal import PackageContents

/// Writes the archives of a split, and proves what they are before they have their names.
public struct SplitWriter: Sendable {
    /// An archive that has been written.
    public struct Archive: Hashable, Sendable {
        /// Its path.
        public let path: String
        /// How many files it has, and their bytes.
        public let files: Int
        /// Their bytes unpacked.
        public let unzippedBytes: Int
        /// The bytes of the archive.
        public let zippedBytes: Int
    }

    /// What has been written.
    public struct Outcome: Hashable, Sendable {
        /// The code; `nil` where the package has nothing but installed packages.
        public let code: Archive?
        /// The layers, in the order of the plan.
        public let layers: [Archive]
        /// How many files and links were compared, and are the same.
        public let provedFiles: Int
    }

    /// The folder of the archives. It is made where it does not exist.
    public let folder: String

    /// Describes a folder; creates nothing.
    public init(folder: String) {
        self.folder = folder
    }

    /// Writes `code.zip` and `layer-NAME.zip` for each layer, reads them again and compares them with the original.
    /// Only then the archives get their names; before, and after an error, files of these names are as they were.
    public func write(_ plan: SplitPlan, of splitter: PackageSplitter) throws(SplitError) -> Outcome {
        let hold = BlockedSignals()
        let source = splitter.source
        let output = SplitFolder(folder)
        if source.isFolder { try output.refuse(inside: source.name) }
        try output.make()
        do throws(SplitError) {
            let hasCode = plan.code.contains { !source.files[$0].isDirectory }
            let code = SplitArchive(path: "\(folder)/code.zip")
            if hasCode {
                try code.write(plan.code.map { .init(path: source.files[$0].path, place: $0) }, of: source, hold: hold)
            }
            var layers: [SplitArchive] = []
            for layer in plan.layers {
                let archive = SplitArchive(path: "\(folder)/layer-\(layer.name).zip")
                let entries = layer.files.map { place in
                    SplitArchive.Entry(path: LayerLayout.layerPath(of: source.files[place]), place: place)
                }
                try archive.write(entries, of: source, hold: hold)
                layers.append(archive)
            }
            return try prove(hasCode ? code : nil, layers, source, hold)
        } catch {
            output.removeIfNew()
            throw error
        }
    }

    private func prove(
        _ code: SplitArchive?, _ layers: [SplitArchive], _ original: PackageSource, _ hold: borrowing BlockedSignals
    ) throws(SplitError) -> Outcome {
        let codeSource = try code.map { archive throws(SplitError) in try archive.read() }
        var layerSources: [PackageSource] = []
        for layer in layers { layerSources.append(try layer.read()) }
        let codeImage = try codeSource.map { source throws(SplitError) in try ArchiveImage(reading: source) }
        var images: [ArchiveImage] = []
        for source in layerSources { images.append(try ArchiveImage(reading: source)) }
        let count = try SplitProof(of: ArchiveImage(reading: original)).check(code: codeImage, layers: images)
        if hold.isPending { throw .interrupted }
        for archive in layers + [code].compactMap({ $0 }) { try archive.commit() }
        return Outcome(
            code: code.flatMap { archive in codeSource.map { Self.archive(archive.path, $0) } },
            layers: zip(layers, layerSources).map { Self.archive($0.path, $1) }, provedFiles: count)
    }

    private static func archive(_ path: String, _ source: PackageSource) -> Archive {
        let size = ContentsSize(source.files)
        return Archive(
            path: path, files: size.files, unzippedBytes: size.bytes, zippedBytes: source.zipByteCount ?? 0)
    }
}
