internal import LinuxSystem
internal import PackageContents

/// Writes the archives of a fleet, and proves every function before they have their names.
public struct FleetWriter: Sendable {
    /// What has been written.
    public struct Outcome: Hashable, Sendable {
        /// The bytes of each layer's archive, in the order of the plan.
        public let layerBytes: [Int]
        /// The bytes of each function's code; 0 where it has nothing but packages.
        public let codeBytes: [Int]
        /// How many files and links were compared, and are the same.
        public let provedFiles: Int
    }

    /// The folder of the archives. It is made where it does not exist.
    public let folder: String

    /// Describes a folder; creates nothing.
    public init(folder: String) {
        self.folder = folder
    }

    /// Writes `layer-NAME.zip` for each layer, `code-FUNCTION.zip` for each function and `fleet.json`, reads archives
    /// again and compares every function with its original. Only then the files get their names.
    ///
    /// - Parameter document: what `fleet.json` has, when the sizes of archives are known.
    public func write(
        _ plan: FleetPlan, document: (Outcome) -> [UInt8]
    ) throws(SplitError) -> Outcome {
        let hold = BlockedSignals()
        let output = SplitFolder(folder)
        for function in plan.inventory.functions where function.splitter.source.isFolder {
            try output.refuse(inside: function.splitter.source.name)
        }
        try output.make()
        do throws(SplitError) {
            return try writeAll(plan, hold, document)
        } catch {
            output.removeIfNew()
            throw error
        }
    }

    private func writeAll(
        _ plan: FleetPlan, _ hold: borrowing BlockedSignals, _ document: (Outcome) -> [UInt8]
    ) throws(SplitError) -> Outcome {
        var archives: [SplitArchive] = []
        var (layers, layerBytes) = ([ArchiveImage](), [Int]())
        for (number, layer) in plan.layers.enumerated() {
            let archive = SplitArchive(path: "\(folder)/layer-\(layer.name).zip")
            // All of its functions have the same files.
            let function = layer.functions[0]
            let source = plan.inventory.functions[function].splitter.source
            let place = plan.layersOf[function].firstIndex(of: number) ?? 0
            let entries = plan.splits[function].layers[place].files.map {
                SplitArchive.Entry(path: LayerLayout.layerPath(of: source.files[$0]), place: $0)
            }
            try archive.write(entries, of: source, hold: hold)
            let written = try archive.read()
            layers.append(try ArchiveImage(reading: written))
            layerBytes.append(written.zipByteCount ?? 0)
            archives.append(archive)
        }
        var (codeBytes, count) = ([Int](), 0)
        for (number, function) in plan.inventory.functions.enumerated() {
            let source = function.splitter.source
            let files = plan.splits[number].code
            var code: ArchiveImage?
            if files.isEmpty {
                codeBytes.append(0)
            } else {
                let archive = SplitArchive(path: "\(folder)/code-\(function.name).zip")
                try archive.write(files.map { .init(path: source.files[$0].path, place: $0) }, of: source, hold: hold)
                let written = try archive.read()
                code = try ArchiveImage(reading: written)
                codeBytes.append(written.zipByteCount ?? 0)
                archives.append(archive)
            }
            let own = plan.layersOf[number].map { layers[$0] }
            count += try Self.prove(function, code, own)
        }
        let outcome = Outcome(layerBytes: layerBytes, codeBytes: codeBytes, provedFiles: count)
        let list = SplitArchive(path: "\(folder)/fleet.json")
        try list.write(document(outcome))
        if hold.isPending { throw .interrupted }
        for archive in archives + [list] { try archive.commit() }
        return outcome
    }

    private static func prove(
        _ function: FleetInventory.Function, _ code: ArchiveImage?, _ layers: [ArchiveImage]
    ) throws(SplitError) -> Int {
        do throws(SplitError) {
            return try SplitProof(of: function.image, listsFolders: false).check(code: code, layers: layers)
        } catch {
            guard case .notIdentical(let difference) = error else { throw error }
            throw .notIdentical("\(function.name): \(difference)")
        }
    }
}
