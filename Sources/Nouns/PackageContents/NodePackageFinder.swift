internal import AWSProtocol

/// Finds what npm has installed: the folders in `node_modules`. What is in the `node_modules` of a package is the
/// package's own.
struct NodePackageFinder {
    let source: PackageSource

    func find(_ owners: inout FileOwners) throws(PackageReadError) {
        var found: [String: (name: String, files: [Int])] = [:]
        var links: [Int] = []
        for index in owners.unowned {
            let names = source.files[index].names
            guard let start = names.firstIndex(of: "node_modules"), start + 2 < names.count else { continue }
            if names[start + 1] == ".bin" {
                links.append(index)
                continue
            }
            let isScoped = names[start + 1].hasPrefix("@")
            guard !names[start + 1].hasPrefix("."), !isScoped || start + 3 < names.count else { continue }
            let end = start + (isScoped ? 2 : 1)
            let name = names[(start + 1)...end].joined(separator: "/")
            found[names[...end].joined(separator: "/"), default: (name, [])].files.append(index)
        }
        for folder in found.keys.sorted() {
            guard let (name, files) = found[folder] else { continue }
            owners.add(try package(name, in: folder, owners), files: files)
        }
        for index in links { giveLink(index, &owners) }
    }

    private func package(
        _ name: String, in folder: String, _ owners: FileOwners
    ) throws(PackageReadError) -> InstalledPackage {
        var (version, requirements) = (String?.none, [String]())
        if let place = owners.place(of: folder + "/package.json"), source.files[place].size < 16 << 20 {
            let bytes = try source.content(of: place)
            let document = (try? JSONTree(bytes)) ?? .null  // Not JSON: it says nothing.
            if case .string(let text)? = document.member("version") { version = text }
            for kind in ["dependencies", "optionalDependencies", "peerDependencies"] {
                guard case .object(let members)? = document.member(kind) else { continue }
                requirements += members.map(\.name)
            }
        }
        return InstalledPackage(kind: .node, name: name, version: version, requirements: requirements)
    }

    /// `.bin/semver` is a link to `../semver/bin/semver.js`, and belongs to semver.
    private func giveLink(_ index: Int, _ owners: inout FileOwners) {
        guard case .link(let target) = source.files[index].kind, target.hasPrefix("../") else { return }
        let modules = source.files[index].names.dropLast(2).joined(separator: "/")
        let path = "\(modules)/\(target.dropFirst(3))"
        guard let place = owners.place(of: path), let owner = owners.owner(of: place) else { return }
        owners.give([index], to: owner)
    }
}

extension JSONTree {
    /// A member of an object; `nil` where there is none.
    fileprivate func member(_ name: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}
