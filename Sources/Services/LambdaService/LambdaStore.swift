internal import AWSProtocol
internal import Catalog
internal import ServiceKit

/// Reads and writes Lambda's rows and the documents in them. Its errors are ``ServiceError``s.
struct LambdaStore: Sendable {
    let catalog: Catalog

    /// Reads rows in one snapshot.
    func read<Value: Sendable>(
        _ body: (borrowing CatalogTransaction) throws -> Value
    ) throws(ServiceError) -> Value {
        try converting { try self.catalog.read(body) }
    }

    /// Changes rows, all or nothing. Rules between rows are checked inside. State in memory that is derived from the
    /// rows follows through the catalogue's change feed, before this returns.
    func write<Value: Sendable>(
        _ body: (borrowing CatalogTransaction) throws -> Value
    ) throws(ServiceError) -> Value {
        try converting { try self.catalog.write(body) }
    }

    /// Converts errors of stores.
    func converting<Value: ~Copyable>(_ body: () throws -> Value) throws(ServiceError) -> Value {
        do { return try body() } catch let error as ServiceError {
            throw error
        } catch let fault as ResourcePolicy.Fault {
            throw ServiceError(fault)
        } catch {
            throw ServiceError(ofStore: error, otherwise: .service)
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
