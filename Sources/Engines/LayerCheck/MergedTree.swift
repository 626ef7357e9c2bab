/// `/opt` as a function sees it: the files of all layers, those of later layers in place of those of earlier ones.
struct MergedTree {
    /// Where a path leads.
    enum Resolution: Equatable {
        /// To a file or directory of a layer.
        case found
        /// To a path below `/opt` that no layer has, or round in a circle.
        case missing
        /// To a path outside of `/opt`.
        case outside(String)
    }

    private var kinds: [String: LayerFile.Kind] = [:]
    /// The last names of all files and links.
    private(set) var names: Set<Substring> = []

    /// As many links as Linux follows on one path (path_resolution(7)).
    private static let mostLinks = 40

    init(of layers: [LayerContents]) {
        for file in layers.lazy.flatMap(\.files) {
            kinds[file.path] = file.kind
            if !file.isDirectory { names.insert(file.name) }
            // A zip need not list its directories.
            var folder = file.path[...]
            while let slash = folder.lastIndex(of: "/") {
                folder = folder[..<slash]
                guard kinds[String(folder)] == nil else { break }
                kinds[String(folder)] = .directory
            }
        }
    }

    /// Where a link's target leads from the folder that the link is in.
    func resolve(_ target: String, from folder: some Sequence<Substring>) -> Resolution {
        var place = target.hasPrefix("/") ? [] : ["opt"] + folder
        var rest = Array(target.split(separator: "/").reversed())
        var linkCount = 0
        while let name = rest.popLast() {
            if name == "." { continue }
            if name == ".." {
                _ = place.popLast()
                continue
            }
            place.append(name)
            guard place[0] == "opt", place.count > 1 else { continue }
            guard let kind = kinds[place.dropFirst().joined(separator: "/")] else { return .missing }
            guard case .link(let next) = kind else { continue }
            linkCount += 1
            guard linkCount <= Self.mostLinks else { return .missing }
            place.removeLast()
            if next.hasPrefix("/") { place = [] }
            rest += next.split(separator: "/").reversed()
        }
        return place.first == "opt" ? .found : .outside("/" + place.joined(separator: "/"))
    }
}
