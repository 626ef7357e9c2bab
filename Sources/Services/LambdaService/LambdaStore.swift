internal import AWSProtocol
internal import Catalog
internal import ServiceKit

/// Lambda's rows and the documents in them, with errors as services have them.
struct LambdaStore: Sendable {
    let catalog: Catalog

    /// Reads rows as they all are at one moment.
    func read<Value: Sendable>(
        _ body: (borrowing CatalogTransaction) throws -> Value
    ) throws(ServiceError) -> Value {
        try converting { try self.catalog.read(body) }
    }

    /// Changes rows, all or nothing. The rules that the change must keep are checked inside. Whatever depends on the
    /// rows follows by the catalogue's change feed.
    func write<Value: Sendable>(
        _ body: (borrowing CatalogTransaction) throws -> Value
    ) throws(ServiceError) -> Value {
        try converting { try self.catalog.write(body) }
    }

    /// Converts what a store throws.
    func converting<Value: ~Copyable>(_ body: () throws -> Value) throws(ServiceError) -> Value {
        do { return try body() } catch let error as ServiceError {
            throw error
        } catch let fault as ResourcePolicy.Fault {
            throw ServiceError(fault)
        } catch {
            throw ServiceError(.service, "The server could not read or write its data: \(error)", cause: error)
        }
    }

    /// Reads a stored document.
    static func decode<Shape: AWSStructure>(_ document: [UInt8]) throws(ServiceError) -> Shape {
        do {
            if let shape = Shape(awsValue: try JSON.decode(document, as: Shape.schema)) { return shape }
        } catch {
            throw ServiceError(.service, "A stored \(Shape.schema.name) is not JSON.", cause: error)
        }
        throw ServiceError(.service, "A stored \(Shape.schema.name) cannot be read: the catalogue is damaged.")
    }

    /// Writes a document to be stored.
    static func encode<Shape: AWSStructure>(_ shape: Shape) -> [UInt8] {
        JSON.encode(shape.awsValue, as: Shape.schema)
    }
}

/// The markers of pages.
enum Listing {
    /// Reads the marker of a page.
    static func marker(_ marker: String?, listing: String) throws(ServiceError) -> String? {
        guard let marker, !marker.isEmpty else { return nil }
        do { return try PageMarker.decode(marker, listing: listing) } catch {
            throw .invalidParameter(error.message)
        }
    }

    /// The marker of the page after this one; `nil` where no record beyond the page was found.
    static func nextMarker<Record>(
        _ records: [Record], pageSize: Int, listing: String, key: (Record) -> String
    ) -> String? {
        records.count > pageSize ? PageMarker.encode(key: key(records[pageSize - 1]), listing: listing) : nil
    }
}

extension ServiceError {
    /// A parameter that cannot be used, and why.
    static func invalidParameter(_ message: String) -> ServiceError {
        ServiceError(.invalidParameterValue, message)
    }
}
