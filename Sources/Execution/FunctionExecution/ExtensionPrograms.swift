internal import Glibc
internal import LinuxSystem

/// The external extensions of a function: the files in `extensions/` of its layers.
///
/// Source: "Lambda Extensions API", *Init phase*, in the Lambda developer guide: Lambda starts what it finds in
/// `/opt/extensions`, and looks into no folder below it.
enum ExtensionPrograms {
    /// Where the environment has them.
    static let folder = "/opt/extensions"

    /// The names, in order, of what the layers together have there. Of several files by one name, as of several
    /// anything, the last layer's counts.
    static func names(in layerTrees: [String]) -> [String] {
        var names: [String: Bool] = [:]
        for tree in layerTrees {
            let place = "\(tree)/extensions"
            for name in DirectoryListing.names(place) ?? [] {
                var status = stat()
                guard lstat("\(place)/\(name)", &status) == 0 else { continue }
                names[name] = status.st_mode & S_IFMT != S_IFDIR
            }
        }
        return names.filter(\.value).keys.sorted()
    }
}
