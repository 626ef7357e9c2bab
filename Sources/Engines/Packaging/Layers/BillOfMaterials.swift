internal import AWSProtocol
internal import Digest

/// The packages of a layer as a CycloneDX document (<https://cyclonedx.org/docs/1.6/json/>), which scanners read.
///
/// Deterministic: it has no time, and its serial number is made of the zip's digest.
struct BillOfMaterials {
    /// The name of the zip.
    let name: String
    /// The SHA-256 of the zip.
    let digest: SHA256Digest
    let packages: [LayerPackage]

    /// The document, indented, with a line feed at its end.
    var bytes: [UInt8] {
        // It has just been written, so it can be read.
        let tree = try? JSONTree(JSON.encode(document))
        return (tree?.indentedBytes ?? []) + [UInt8(ascii: "\n")]
    }

    private var document: AWSValue {
        .structure([
            "$schema": .string("http://cyclonedx.org/schema/bom-1.6.schema.json"),
            "bomFormat": .string("CycloneDX"),
            "specVersion": .string("1.6"),
            "serialNumber": .string("urn:uuid:\(identifier)"),
            "version": .integer(1),
            "metadata": .structure([
                "component": .structure([
                    "type": .string("application"), "bom-ref": .string(root), "name": .string(name),
                    "hashes": .list([Self.hash("SHA-256", digest.hex)]),
                ])
            ]),
            "components": .list(unique.map(component)),
            "dependencies": .list(dependencies),
        ])
    }

    /// A package that is there for several runtimes is one component.
    private var unique: [LayerPackage] {
        var seen: Set<String> = []
        return packages.filter { seen.insert($0.url).inserted }
    }

    private var root: String { "layer:\(name)" }

    /// A UUID of version 8, whose bits are free (RFC 9562, section 5.8).
    private var identifier: String {
        var digits = Array(digest.hex.utf8.prefix(32))
        digits[12] = UInt8(ascii: "8")
        digits[16] = UInt8(ascii: "8")
        let text = String(decoding: digits, as: UTF8.self)
        let lengths = [8, 4, 4, 4, 12]
        var (rest, parts) = (text[...], [Substring]())
        for length in lengths {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }

    private func component(_ package: LayerPackage) -> AWSValue {
        var members: [String: AWSValue] = [
            "type": .string(package.kind == .generic ? "file" : "library"), "bom-ref": .string(package.url),
            "name": .string(package.name),
        ]
        if !package.version.isEmpty { members["version"] = .string(package.version) }
        if package.kind != .generic { members["purl"] = .string(package.url) }
        if !package.license.isEmpty {
            members["licenses"] = .list([.structure(["expression": .string(package.license)])])
        }
        if package.kind == .generic, package.digest.hasPrefix("sha256:") {
            members["hashes"] = .list([Self.hash("SHA-256", String(package.digest.dropFirst("sha256:".count)))])
        } else if !package.digest.isEmpty {
            // Not of an archive, and so none of the hashes of the format.
            let property = package.kind == .pypi ? "strata:record" : "strata:integrity"
            members["properties"] = .list([
                .structure(["name": .string(property), "value": .string(package.digest)])
            ])
        }
        return .structure(members)
    }

    private var dependencies: [AWSValue] {
        let urls = Dictionary(
            unique.map { ($0.kind == .pypi ? LayerPackage.normalized($0.name) : $0.name, $0.url) }
        ) {
            first, _ in first
        }
        let all =
            [(root, unique.map(\.url))]
            + unique.map { package in
                (package.url, package.dependencies.compactMap { urls[$0] }.filter { $0 != package.url })
            }
        return all.map { reference, needed in
            .structure(["ref": .string(reference), "dependsOn": .list(Set(needed).sorted().map { .string($0) })])
        }
    }

    private static func hash(_ algorithm: String, _ hexadecimal: String) -> AWSValue {
        .structure(["alg": .string(algorithm), "content": .string(hexadecimal)])
    }
}
