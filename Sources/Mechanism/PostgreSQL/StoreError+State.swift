internal import CPostgreSQL
internal import Store

extension StoreError {
    /// The connection is lost, or was not made: nothing has changed.
    static func unavailable(_ message: String, sql: String? = nil) -> StoreError {
        StoreError(.unavailable, code: "PostgreSQL", message: message, sql: sql)
    }

    /// The database cannot be used as it is.
    static func refused(_ message: String) -> StoreError {
        StoreError(.invalid, code: "PostgreSQL", message: message)
    }

    /// An error that the server has reported.
    init(_ result: OpaquePointer, sql: String?) {
        let state = Self.field("C", of: result) ?? ""
        self.init(
            Kind(state: state), code: "PostgreSQL error \(state)", message: Self.message(of: result, state), sql: sql)
    }

    /// The message, where its text names objects only. That of a wrong value quotes the value.
    private static func message(of result: OpaquePointer, _ state: String) -> String {
        let text = field("M", of: result) ?? ""
        if state == "22021" { return "a text with a NUL, or one that is not UTF-8, cannot be stored" }
        guard ["22", "P0", "HV"].contains(String(state.prefix(2))) else { return text }
        let place = [field("t", of: result), field("c", of: result)].compactMap(\.self).joined(separator: ".")
        return "a value is not of the type or range that is expected" + (place.isEmpty ? "" : " for \(place)")
    }

    /// A field of an error: the letters are PG_DIAG_… of libpq (postgres_ext.h).
    private static func field(_ letter: Unicode.Scalar, of result: OpaquePointer) -> String? {
        PQresultErrorField(result, Int32(letter.value)).map { String(cString: $0) }
    }
}

extension StoreError.Kind {
    /// The kind of a server's error, by its five letters (<https://www.postgresql.org/docs/15/errcodes-appendix.html>).
    init(state: String) {
        switch state {
        case "23505": self = .uniqueViolation
        // Serialization failure, deadlock.
        case "40001", "40P01": self = .conflict
        // A lock's or a statement's time is up.
        case "55P03", "57014": self = .busy
        // Shut down, crashed, not started yet, idle for too long; too many connections; read-only after a fail-over.
        case "57P01", "57P02", "57P03", "57P05", "25P03", "53300", "25006": self = .unavailable
        case "53100": self = .full
        case "XX001", "XX002": self = .damaged
        default:
            switch state.prefix(2) {
            case "08": self = .unavailable
            case "23": self = .constraintViolation
            default: self = .invalid
            }
        }
    }
}
