/// Checks that symbolic links stay inside a planned tree.
///
/// A link must stay inside both as text, relative to its directory, and when every link on its way is followed as the
/// kernel does. Dangling links and loops are harmless and accepted.
struct LinkCheck {
    private let plan: TreePlan
    private var steps = 0

    /// The most links that the kernel follows for one path (path_resolution(7)); beyond, it fails with `ELOOP`, so the
    /// link leads nowhere.
    private static let longestChain = 40
    /// Path components checked for one zip at most: 20 for each of 200 000 links. A zip that needs more is an attack on
    /// the server's CPU.
    private static let stepLimit = 4_000_000

    init(_ plan: TreePlan) {
        self.plan = plan
    }

    /// Throws when a link's target leaves the tree.
    mutating func check(_ target: [UInt8], in directory: Int, link: Int) throws(ZipRefusal) {
        func refusal(_ phrase: String) -> ZipRefusal {
            ZipRefusal(.unsafeLink, path: String(decoding: plan.path(of: link), as: UTF8.self), phrase)
        }
        guard !target.isEmpty, target.count < TreePath.longestPath, !target.contains(0) else {
            throw refusal("a symbolic link without a usable target")
        }
        guard target.first != UInt8(ascii: "/") else { throw refusal("a symbolic link to an absolute path") }
        guard staysInsideAsText(target, from: directory), staysInsideFollowed(target, from: directory) else {
            throw refusal("a symbolic link that leaves the tree")
        }
        guard steps <= Self.stepLimit else { throw refusal("too many symbolic links through each other") }
    }

    /// Whether the target stays inside when its names are only counted.
    private mutating func staysInsideAsText(_ target: [UInt8], from directory: Int) -> Bool {
        var depth = 0
        var id = directory
        while id != 0 {
            depth += 1
            id = plan.nodes[id].parent
        }
        for name in target.split(separator: UInt8(ascii: "/")) {
            steps += 1
            if name.elementsEqual("..".utf8) { depth -= 1 } else if !name.elementsEqual(".".utf8) { depth += 1 }
            if depth < 0 { return false }
        }
        return true
    }

    /// Whether the target stays inside when the links on its way are followed.
    private mutating func staysInsideFollowed(_ target: [UInt8], from directory: Int) -> Bool {
        // The position: a node, and the number of names below it that are not in the tree.
        var (id, missing, links) = (directory, 0, 0)
        var rest = Array(target.split(separator: UInt8(ascii: "/")).reversed())
        while let name = rest.popLast(), steps <= Self.stepLimit {
            steps += 1
            if name.elementsEqual(".".utf8) { continue }
            if name.elementsEqual("..".utf8) {
                if missing > 0 {
                    missing -= 1
                } else if id == 0 {
                    return false
                } else {
                    id = plan.nodes[id].parent
                }
            } else if missing == 0, let next = plan.child(of: id, named: name) {
                guard case .link(let target) = plan.nodes[next].content else {
                    id = next
                    continue
                }
                links += 1
                guard links <= Self.longestChain else { return true }
                if target.first == UInt8(ascii: "/") { return false }
                rest += target.split(separator: UInt8(ascii: "/")).reversed()
            } else {
                missing += 1
            }
        }
        return true
    }
}
