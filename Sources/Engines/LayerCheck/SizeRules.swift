internal import Domain

/// L601 and L602: the size that functions may have unzipped, with all of their layers.
enum SizeRules {
    /// The part of the limit that should be left for functions' own code: a fifth.
    private static let headroomBytes = LambdaLimits.unzippedBytes / 5

    static func findings(in layers: [LayerContents]) -> [LayerFinding] {
        let total = layers.reduce(0) { $0 + $1.byteCount }
        let rest = LambdaLimits.unzippedBytes - total
        guard rest < headroomBytes, let largest = layers.max(by: { $0.byteCount < $1.byteCount }) else { return [] }
        let subject = layers.count == 1 ? "the layer has" : "the layers together have"
        let files = largest.files.sorted { ($1.size, $0.path) < ($0.size, $1.path) }.prefix(5)
        let message =
            rest < 0
            ? "\(subject) \(total) bytes unzipped, \(-rest) more than Lambda's limit of \(LambdaLimits.unzippedBytes)"
            : "\(subject) \(total) bytes unzipped and leave \(rest) for the function's code"
        return [
            LayerFinding(
                rule: rest < 0 ? .tooLarge : .littleHeadroom, layer: largest.name,
                message: "\(message); its largest files: \(LayerFinding.list(files.map(\.path)))",
                paths: files.map(\.path))
        ]
    }
}
