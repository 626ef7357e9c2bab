internal import Domain
internal import PackageContents

/// By what packages are divided among layers.
public enum SplitRule: String, CaseIterable, Sendable {
    /// By what they are for; see ``PackageGroup``.
    case packageGroup = "package-group"
    /// By size: as few layers as keep each zip small enough for a request.
    case size
    /// By how often they change: what changes rarely in layers below what changes often.
    case changeRate = "change-rate"

    /// The packages of each layer, lowest layer first, as places in `packages`.
    ///
    /// - Parameters:
    ///   - sizes: the bytes that each package takes zipped.
    ///   - changed: for ``changeRate``, the packages that differ from an earlier function's package; `nil` where there
    ///     is none to compare with.
    ///   - pins: for ``changeRate``, whether the function's own requirements pin a package's version.
    func layers(
        of packages: [InstalledPackage], sizes: [Int], changed: Set<String>?, pins: (String) -> Bool?
    ) -> [(name: String, packages: [Int])] {
        switch self {
        case .packageGroup:
            let groups = PackageGroup.groups(of: packages)
            return PackageGroup.allCases.map { group in
                (group.rawValue, groups.indices.filter { groups[$0] == group })
            }.filter { !$0.packages.isEmpty }
        case .size: return Self.bySize(sizes)
        case .changeRate:
            let often = packages.map { package in
                changed.map { $0.contains(package.name) } ?? Self.changesOften(package, isPinned: pins(package.name))
            }
            return [("rarely", false), ("often", true)].map { name, isOften in
                (name, often.indices.filter { often[$0] == isOften })
            }.filter { !$0.packages.isEmpty }
        }
    }

    /// Largest first, each into the first layer with room; where that makes too many layers, into the smallest of five.
    private static func bySize(_ sizes: [Int]) -> [(name: String, packages: [Int])] {
        let order = sizes.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
        var layers: [(bytes: Int, packages: [Int])] = []
        for place in order {
            let fitting = layers.indices.first { layers[$0].bytes + sizes[place] <= LambdaLimits.zippedUploadBytes }
            if let layer = fitting ?? (layers.count < LambdaLimits.layersPerFunction ? nil : smallest(layers)) {
                layers[layer].bytes += sizes[place]
                layers[layer].packages.append(place)
            } else {
                layers.append((sizes[place], [place]))
            }
        }
        return layers.enumerated().map { ("\($0 + 1)", $1.packages.sorted()) }
    }

    private static func smallest(_ layers: [(bytes: Int, packages: [Int])]) -> Int? {
        layers.indices.min { layers[$0].bytes < layers[$1].bytes }
    }

    /// What is expected without history: AWS's SDK has a release each working day, versions before 1.0 promise the
    /// least, and a version that requirements do not pin changes with the next build.
    static func changesOften(_ package: InstalledPackage, isPinned: Bool?) -> Bool {
        if let isPinned { return !isPinned }
        if PackageGroup.known(package.name) == .awsSDK, package.name != "jmespath" { return true }
        return package.version?.hasPrefix("0.") ?? false
    }
}

/// The versions that a pip requirements file pins.
struct PinnedRequirements {
    private var pins: [String: Bool] = [:]

    init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop(while: \.isWhitespace)
            guard let first = line.first, first.isLetter || first.isNumber else { continue }
            let name = line.prefix { $0.isLetter || $0.isNumber || "-_.".contains($0) }
            pins[PythonPackage.normalized(name)] = line.contains("==")
        }
    }

    /// Whether a package's version is pinned; `nil` where the file does not name it.
    func isPinned(_ name: String) -> Bool? { pins[name] }
}
