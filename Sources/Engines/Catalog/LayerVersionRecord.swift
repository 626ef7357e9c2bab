public import Domain
internal import Store

/// A published layer version.
public struct LayerVersionRecord: Hashable, Sendable {
    /// The layer.
    public let layer: LayerID
    /// Which version of it.
    public let number: LayerVersionNumber
    /// Its package.
    public let package: PackageReference
    /// The compatible runtimes it was published with; may be empty.
    public let runtimes: [RuntimeIdentifier]
    /// The compatible architectures it was published with; may be empty.
    public let architectures: [Architecture]
    /// Everything else, as the caller encoded it.
    public let document: [UInt8]

    static let columns = "number, digest, zip_bytes, runtimes, architectures, document, name"

    init(
        layer: LayerID, number: LayerVersionNumber, package: PackageReference, runtimes: [RuntimeIdentifier],
        architectures: [Architecture], document: [UInt8]
    ) {
        self.layer = layer
        self.number = number
        self.package = package
        self.runtimes = runtimes
        self.architectures = architectures
        self.document = document
    }

    /// Reads `columns` of a row of an account and region.
    init(_ row: borrowing Row, _ account: AccountID, _ region: Region) throws(StoreError) {
        guard let number = LayerVersionNumber(row.integer(0)) else { throw .damagedRow("number") }
        guard let name = LayerName(row.text(6)) else { throw .damagedRow("name") }
        self.init(
            layer: LayerID(account: account, region: region, name: name), number: number,
            package: try PackageReference(row, 1),
            runtimes: row.text(3).split(separator: ",").compactMap { RuntimeIdentifier($0) },
            architectures: row.text(4).split(separator: ",").compactMap { Architecture(rawValue: String($0)) },
            document: row.blob(5))
    }

    /// The columns' values, from the digest to the document.
    var values: [StoreValue] {
        package.values + [
            .text(Self.list(runtimes.map(\.description))), .text(Self.list(architectures.map(\.rawValue))),
            .blob(document),
        ]
    }

    /// A list as one text, with a comma before, between and after its elements.
    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "" : ",\(names.joined(separator: ",")),"
    }
}

/// Selects layer versions for lists.
public struct LayerFilter: Hashable, Sendable {
    /// Only versions that name this runtime; `nil` for all.
    public let runtime: RuntimeIdentifier?
    /// Only versions that name this architecture; `nil` for all.
    public let architecture: Architecture?

    /// Selects versions that name both.
    public init(runtime: RuntimeIdentifier? = nil, architecture: Architecture? = nil) {
        self.runtime = runtime
        self.architecture = architecture
    }

    /// Every version.
    public static let all = LayerFilter()

    /// A condition with two placeholders. The search text includes the commas, so that `java8` does not match
    /// `java8.al2`; NULL matches everything.
    static let condition = """
        coalesce(replace(runtimes, ?, '') <> runtimes, true)
        AND coalesce(replace(architectures, ?, '') <> architectures, true)
        """

    /// The placeholders' values.
    var values: [StoreValue] {
        [.text(runtime.map { ",\($0)," }), .text(architecture.map { ",\($0.rawValue)," })]
    }
}
