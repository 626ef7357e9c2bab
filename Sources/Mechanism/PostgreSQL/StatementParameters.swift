internal import CPostgreSQL
internal import Store

/// The types of parameters and columns that have a binary form here (pg_type.dat of PostgreSQL; they never change).
enum TypeID {
    static let unknown: Oid = 0
    static let boolean: Oid = 16
    static let bytes: Oid = 17
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let float8: Oid = 701
    static let numeric: Oid = 1700
}

extension StoreValue {
    /// The type of a parameter with this value; NULL leaves it to the server.
    var typeID: Oid {
        switch self {
        case .null: TypeID.unknown
        case .integer: TypeID.int8
        case .text: TypeID.text
        case .blob: TypeID.bytes
        }
    }
}

/// Values in the form in which libpq takes them: binary, without a copy of texts and bytes.
struct StatementParameters: ~Copyable {
    private let values: [StoreValue]
    /// The numbers in network byte order, at the positions of their values.
    private let numbers: [Int64]

    init(_ values: [StoreValue]) {
        self.values = values
        numbers = values.map { if case .integer(let number) = $0 { Int64(number).bigEndian } else { 0 } }
    }

    /// Calls `body` with the addresses, lengths and formats of the values, which are valid until it returns.
    borrowing func withPointers<Result>(
        _ body: ([UnsafePointer<CChar>?], _ lengths: [Int32], _ formats: [Int32]) -> Result
    ) -> Result {
        var pointers: [UnsafePointer<CChar>?] = []
        pointers.reserveCapacity(values.count)
        var lengths: [Int32] = []
        lengths.reserveCapacity(values.count)
        let formats = [Int32](repeating: 1, count: values.count)
        return numbers.withUnsafeBytes { numbers in
            Self.add(values[...], numbers, &pointers, &lengths) { body($0, $1, formats) }
        }
    }

    /// Adds the first value and those behind it, each within the closure in which its address is valid.
    private static func add<Result>(
        _ values: ArraySlice<StoreValue>, _ numbers: UnsafeRawBufferPointer,
        _ pointers: inout [UnsafePointer<CChar>?], _ lengths: inout [Int32],
        _ body: ([UnsafePointer<CChar>?], [Int32]) -> Result
    ) -> Result {
        guard let value = values.first else { return body(pointers, lengths) }
        func add(_ bytes: UnsafeRawBufferPointer?) -> Result {
            // An address of its own for no bytes: NULL would mean NULL.
            let start = bytes.flatMap { $0.baseAddress ?? numbers.baseAddress ?? UnsafeRawPointer(bitPattern: 8) }
            pointers.append(start.map { $0.assumingMemoryBound(to: CChar.self) })
            lengths.append(Int32(clamping: bytes?.count ?? 0))
            return Self.add(values.dropFirst(), numbers, &pointers, &lengths, body)
        }
        switch value {
        case .null: return add(nil)
        case .integer:
            return add(UnsafeRawBufferPointer(rebasing: numbers[values.startIndex * 8..<values.startIndex * 8 + 8]))
        case .text(var text): return text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
        case .blob(let bytes): return bytes.withUnsafeBytes { add($0) }
        }
    }
}
