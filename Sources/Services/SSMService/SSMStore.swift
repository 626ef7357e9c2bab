internal import AWSProtocol
internal import SSMModel
internal import ServiceKit
internal import Store

/// The service's rows. Documents are decoded here, and a failure of the database becomes an error of the service here.
struct SSMStore: Sendable {
    private let database: Database
    let nowMilliseconds: @Sendable () -> Int64

    /// Opens the service's store.
    init(_ storage: any Storage, nowMilliseconds: @escaping @Sendable () -> Int64) throws(StoreError) {
        database = try storage.open("ssm", migrations: ParameterRows.migrations)
        self.nowMilliseconds = nowMilliseconds
    }

    /// The time in whole seconds, as the Parameter Store's moments are.
    var now: Timestamp { Timestamp(secondsSinceEpoch: Double(nowMilliseconds() / 1000)) }

    /// Reads rows in one snapshot.
    func read<Value: Sendable>(
        _ body: (borrowing Connection) throws -> Value
    ) throws(ServiceError) -> Value {
        try Self.mapped { try database.read(failingAs: { $0 as any Error }, body) }
    }

    /// Changes rows, all or nothing. Parameters that have expired go first, a few at a time.
    func write<Value: Sendable>(
        _ body: (borrowing Connection) throws -> Value
    ) throws(ServiceError) -> Value {
        let now = nowMilliseconds()
        return try Self.mapped {
            try database.write(failingAs: { $0 as any Error }) { connection throws in
                try connection.deleteExpiredParameters(before: now)
                return try body(connection)
            }
        }
    }

    /// The version that a row's document describes.
    func decoded(_ document: [UInt8]) throws(ServiceError) -> SSM.ParameterHistory {
        try Self.mapped { try SSM.ParameterHistory(document: document) }
    }

    private static func mapped<Value>(_ body: () throws -> Value) throws(ServiceError) -> Value {
        try ServiceError.onStore(otherwise: .internalServer, body)
    }
}

extension SSM.ParameterHistory {
    /// The version that a row's document describes. Labels are rows of their own.
    init(document: [UInt8]) throws {
        self.init(awsValue: try JSON.decode(document, as: Self.schema))
    }

    /// The document for a row.
    var document: [UInt8] { JSON.encode(awsValue, as: Self.schema) }
}
