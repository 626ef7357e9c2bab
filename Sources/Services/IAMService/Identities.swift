internal import ServiceKit
internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LinuxSystem

/// The use cases of IAM and STS: who there is in an account. Everything is stored and answered. Trust policies decide
/// which others may assume a role; what other policies allow has no effect yet.
struct Identities: Sendable {
    let catalog: Catalog
    let credentials: TemporaryCredentials

    init(catalog: Catalog, credentials: TemporaryCredentials) {
        self.catalog = catalog
        self.credentials = credentials
    }

    /// Now, in whole seconds, as IAM writes moments.
    static func now() -> Timestamp {
        Timestamp(secondsSinceEpoch: Double(WallClock.nowMilliseconds() / 1000))
    }

    /// A new identifier: the prefix of its kind and 17 letters and digits.
    ///
    /// Source: "Unique identifiers" in "IAM identifiers" in the IAM user guide.
    static func makeIdentifier(_ prefix: String) -> String {
        AccessKeyText.entityID(prefix, (0..<17).map { _ in UInt8.random(in: .min ... .max) })
    }

    /// Runs work on the catalogue and gives its errors the type of this place.
    func keeping<Value>(_ body: () throws -> Value) throws(ServiceError) -> Value {
        do { return try body() } catch let error as ServiceError { throw error } catch {
            throw ServiceError(.serviceFailure, "The server could not read or write its data: \(error)")
        }
    }

    /// Reads what the catalogue keeps of a role or policy.
    func read<Document: AWSStructure>(_ record: EntityRecord) throws(ServiceError) -> Document {
        try keeping { Document(awsValue: try JSON.decode(record.document, as: Document.schema)) }
    }

    /// Changes a stored role or policy in one transaction.
    ///
    /// - Parameter missing: The error where there is none.
    func change<Document: AWSStructure>(
        _ id: EntityID, missing: ServiceError, _ body: (inout Document) throws(ServiceError) -> Void
    ) throws(ServiceError) {
        let outcome = try keeping {
            try catalog.changeEntity(id) { record -> Result<[UInt8], ServiceError> in
                do throws(ServiceError) {
                    var document: Document = try read(record)
                    try body(&document)
                    return .success(document.bytes)
                } catch {
                    return .failure(error)
                }
            }
        }
        guard let outcome else { throw missing }
        try outcome.get()
    }
}

extension AWSStructure {
    /// What the catalogue keeps.
    var bytes: [UInt8] { JSON.encode(awsValue, as: Self.schema) }
}

/// One page of a listing that is in memory as a whole.
struct IdentityPage<Element> {
    let elements: [Element]
    let marker: String?

    var isTruncated: Bool { marker != nil }

    /// The elements behind a marker, at most as many as were asked for.
    ///
    /// - Parameters:
    ///   - all: The listing from where the marker says, with one element more than the page may have if there is one.
    ///   - key: What the marker keeps of the last element.
    init(_ all: some Sequence<Element>, size: Int, listing: String, key: (Element) -> String) {
        let found = Array(all.prefix(size + 1))
        elements = Array(found.prefix(size))
        marker = found.count > size ? elements.last.map { PageMarker.encode(key: key($0), listing: listing) } : nil
    }

    /// How many elements a page may have.
    static func size(_ requested: Int?) -> Int {
        Page.size(requested: requested, default: IdentityLimits.pageSize, limit: IdentityLimits.largestPageSize)
    }

    /// Reads a marker.
    static func key(_ marker: String?, listing: String) throws(ServiceError) -> String? {
        guard let marker else { return nil }
        do { return try PageMarker.decode(marker, listing: listing) } catch {
            throw ServiceError(.validation, "Invalid Marker.")
        }
    }
}
