internal import ServiceKit
internal import AWSProtocol
internal import Catalog

// How use cases reach rows and documents.
extension LambdaService {
    /// Reads rows as they all are at one moment.
    func reading<Value: Sendable>(
        _ body: (borrowing CatalogTransaction) throws -> Value
    ) throws(ServiceError) -> Value {
        try catching { try self.catalog.read(body) }
    }

    /// Changes rows, all or nothing. The rules that the change must keep are checked inside.
    func writing<Value: Sendable>(
        _ body: (borrowing CatalogTransaction) throws -> Value
    ) throws(ServiceError) -> Value {
        try catching { try self.catalog.write(body) }
    }

    /// Turns what a store throws into an error of the server.
    func catching<Value: ~Copyable>(_ body: () throws -> Value) throws(ServiceError) -> Value {
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

    /// Reads the marker of a page.
    func marker(_ marker: String?, listing: String) throws(ServiceError) -> String? {
        guard let marker, !marker.isEmpty else { return nil }
        do { return try PageMarker.decode(marker, listing: listing) } catch {
            throw .invalidParameter(error.message)
        }
    }

    /// The marker of the page after this one; `nil` where not one record more than the page holds was found.
    func nextMarker<Record>(
        _ records: [Record], pageSize: Int, listing: String, key: (Record) -> String
    ) -> String? {
        records.count > pageSize ? PageMarker.encode(key: key(records[pageSize - 1]), listing: listing) : nil
    }
}
