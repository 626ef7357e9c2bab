internal import CPostgreSQL
internal import Store

/// The rows that a statement returned, in libpq's memory; they are converted where they are read.
struct ResultSet: ~Copyable {
    private let result: OpaquePointer

    /// Takes over a result.
    init(_ result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    /// How many rows there are.
    var rowCount: Int { Int(PQntuples(result)) }

    /// How many rows the statement inserted, changed or deleted.
    var changeCount: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    /// The command as the server names it: `COMMIT`, `ROLLBACK`.
    var command: String { String(cString: PQcmdStatus(result)) }

    /// Passes rows to `receive` until it returns `false`.
    borrowing func forEach(
        _ receive: (borrowing Row) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let row = ResultRow(result)
        for number in 0..<PQntuples(result) {
            row.number = number
            if try !receive(Row(row)) { return }
        }
    }

    /// The type of a statement's parameter, where this describes a statement.
    func parameterType(_ number: Int) -> UInt32 { PQparamtype(result, Int32(number)) }

    /// A column of the first row; empty where there is none.
    borrowing func firstText(_ column: Int = 0) -> String {
        rowCount > 0 ? ResultRow(result).text(column) : ""
    }
}

/// The current row. Columns are in binary form:
/// <https://www.postgresql.org/docs/15/protocol-overview.html#PROTOCOL-FORMAT-CODES>.
final class ResultRow: EngineRow {
    private let result: OpaquePointer
    var number: Int32 = 0

    init(_ result: OpaquePointer) { self.result = result }

    func isNull(_ column: Int) -> Bool { PQgetisnull(result, number, Int32(column)) != 0 }

    func text(_ column: Int) -> String { String(decoding: bytes(column), as: UTF8.self) }

    func blob(_ column: Int) -> [UInt8] { Array(bytes(column)) }

    func integer(_ column: Int) -> Int {
        let bytes = bytes(column)
        switch (PQftype(result, Int32(column)), bytes.count) {
        case (TypeID.int8, 8): return Int(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        case (TypeID.int4, 4): return Int(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case (TypeID.int2, 2): return Int(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        case (TypeID.boolean, 1): return Int(bytes[0])
        case (TypeID.float8, 8):
            return Int(
                exactly: Double(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))).rounded(
                    .towardZero)) ?? 0
        case (TypeID.numeric, _): return Self.integer(numeric: bytes)
        default: return 0
        }
    }

    private func bytes(_ column: Int) -> UnsafeRawBufferPointer {
        // For NULL, and for a column that there is not, the length is 0.
        UnsafeRawBufferPointer(
            start: PQgetvalue(result, number, Int32(column)), count: Int(PQgetlength(result, number, Int32(column))))
    }

    /// The whole part of a `numeric`, such as a sum of numbers: a count of digits to the base 10 000, the exponent of
    /// the first, a sign, a scale, and the digits (numeric_send of PostgreSQL's numeric.c). 0 where it does not fit.
    private static func integer(numeric bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count >= 8 else { return 0 }
        func field(_ index: Int) -> Int {
            Int(Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: Int16.self)))
        }
        let (count, weight, isNegative) = (field(0), field(1), field(2) == 0x4000)
        guard bytes.count >= 8 + count * 2, weight < 5 else { return 0 }
        var value = 0
        for position in 0..<max(0, weight + 1) {
            let (product, overflows) = value.multipliedReportingOverflow(by: 10_000)
            let digit = position < count ? field(4 + position) : 0
            let (sum, exceeds) =
                isNegative
                ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            if overflows || exceeds { return 0 }
            value = sum
        }
        return value
    }
}
