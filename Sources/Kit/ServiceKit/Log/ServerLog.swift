/// The server's own log: errors with their causes, slow calls, refused requests, background work, start and stop.
///
/// A value that parts of the server get from the composition; each logs under its own component. Logging does not
/// block. A message is a constant, and what varies goes into named fields, so that no secret gets into a line by
/// accident: never log payloads, signatures, secret keys, environment variables or bound values.
package struct ServerLog: Sendable {
    private let writer: LogWriter?
    private let component: String

    /// Longer values are cut when they are logged, so that waiting events are small.
    private static let valueBytesMax = LogFormatter.valueBytesMax + 64

    private init(_ writer: LogWriter?, _ component: String) {
        self.writer = writer
        self.component = component
    }

    /// A log that a writer writes.
    package init(_ writer: LogWriter) { self.init(writer, "server") }

    /// A log that drops everything.
    package static let silent = ServerLog(nil, "")

    /// The same log, for another part of the server.
    package func named(_ component: String) -> ServerLog { ServerLog(writer, component) }

    /// Whether messages of a level are written. Ask first where fields are expensive to make.
    package func records(_ level: LogLevel) -> Bool { writer.map { level <= $0.level } ?? false }

    /// Logs a message. Fields without a value are left out.
    ///
    /// - Parameter cause: the error behind it; its description, and that of the errors behind it, become the field
    ///   `cause`.
    package func log(
        _ level: LogLevel, _ message: StaticString, _ fields: KeyValuePairs<String, LogValue?> = [:],
        cause: (any Error)? = nil
    ) {
        guard let writer, level <= writer.level else { return }
        var given = fields.compactMap { name, value in value.map { (name: name, value: Self.cut($0)) } }
        if let cause { given.append(("cause", Self.cut(.text(Self.description(of: cause))))) }
        writer.submit(level, component, message, given)
    }

    /// Logs a failure of the server or its host.
    package func error(
        _ message: StaticString, _ fields: KeyValuePairs<String, LogValue?> = [:], cause: (any Error)? = nil
    ) { log(.error, message, fields, cause: cause) }

    /// Logs what may become a failure.
    package func warning(
        _ message: StaticString, _ fields: KeyValuePairs<String, LogValue?> = [:], cause: (any Error)? = nil
    ) { log(.warning, message, fields, cause: cause) }

    /// Logs what the server does.
    package func info(_ message: StaticString, _ fields: KeyValuePairs<String, LogValue?> = [:]) {
        log(.info, message, fields)
    }

    /// Logs a detail of a single request.
    package func debug(_ message: StaticString, _ fields: KeyValuePairs<String, LogValue?> = [:]) {
        log(.debug, message, fields)
    }

    /// Logs a call that was answered, at every level: `--log-requests` asks for it.
    package func note(_ call: AnsweredCall) { writer?.submit(call) }

    /// An error and the errors behind it: `The store failed: write: No space left on device`.
    static func description(of error: any Error) -> String {
        var texts: [String] = []
        var next: (any Error)? = error
        while let error = next {
            let text = String(describing: error)
            // Many messages quote their cause already.
            if !(texts.last?.contains(text) ?? false) { texts.append(text) }
            next = (error as? ServiceError)?.cause ?? (error as? StartupError)?.cause
        }
        return texts.joined(separator: ": ")
    }

    private static func cut(_ value: LogValue) -> LogValue {
        guard case .text(let text) = value, text.utf8.count > valueBytesMax else { return value }
        var end = text.utf8.index(text.startIndex, offsetBy: valueBytesMax)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return .text(String(text[..<end]))
    }
}

/// Two logs are equal when they write the same lines to the same place.
extension ServerLog: Hashable {
    /// Whether both log under one component with one writer.
    package static func == (left: ServerLog, right: ServerLog) -> Bool {
        left.writer === right.writer && left.component == right.component
    }

    /// Hashes the component.
    package func hash(into hasher: inout Hasher) { hasher.combine(component) }
}
