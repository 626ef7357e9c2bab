internal import Synchronization

/// A service model that is read as it is needed: its text is part of the program, and a shape becomes a ``Schema`` when
/// a request first needs it. A server starts without reading any of it but the first line.
///
/// A reference to a shape that the text does not have is a mistake of the generator, and ends the program.
public final class ModelLibrary: Sendable {
    /// The places of everything in the text, by name.
    private struct Index {
        var operations: [String: ModelText.Entry] = [:]
        var operationNames: [String] = []
        var errorNames: [String] = []
        var numbers: [String: Int] = [:]
        var shapes: [ModelText.Entry] = []
        var schemas: [Schema?] = []
        var others: Set<String> = []
    }

    private let text: ModelText
    private let state = Mutex<Index?>(nil)

    /// A library of a text that is part of the program.
    public init(_ text: StaticString) {
        self.text = ModelText(text)
    }

    /// A library of a text that was read from a file, for tests and tools.
    public init(reading text: String) {
        self.text = ModelText(text)
    }

    /// The line that describes the service.
    var head: ModelText.Line { text.head }

    /// The operations that are described, by name.
    public var operations: [OperationDescriptor] {
        withIndex { index in index.operationNames.compactMap { index.operations[$0] } }.map(operation)
    }

    /// An operation; `nil` when the text does not describe it.
    public func operation(_ name: String) -> OperationDescriptor? {
        withIndex { $0.operations[name] }.map(operation)
    }

    /// The names of the service's operations that are not described.
    public var otherOperations: Set<String> { withIndex(\.others) }

    /// The service's errors, by name.
    public var errors: [ErrorShape] { withIndex(\.errorNames).map(error) }

    /// An error of the service.
    ///
    /// - Parameter name: The name of its shape.
    public func error(_ name: String) -> ErrorShape {
        let line = text.lines(of: entry(name))[0]
        return ErrorShape(
            line.value("code") ?? name, status: line.value("status").flatMap { Int($0) } ?? 400,
            messageKey: line.value("message") ?? "message", fault: line.has("server") ? .server : .user,
            queryCode: line.value("query"), schema: { [self] in schema(name) })
    }

    /// The schema of a shape.
    public func schema(_ name: String) -> Schema { schema(at: number(name)) }

    /// The schemas of all shapes, in the text's order.
    public var schemas: [Schema] { shapeNames.indices.map(schema(at:)) }

    /// The names of all shapes, in the text's order.
    public var shapeNames: [String] { withIndex { $0.shapes.map(\.name) } }

    // MARK: The index

    private func withIndex<Value: Sendable>(_ body: (inout Index) -> Value) -> Value {
        state.withLock { state in
            var index = state ?? makeIndex()
            // The place must not keep a second reference, or each change would copy the index.
            state = nil
            defer { state = index }
            return body(&index)
        }
    }

    private func makeIndex() -> Index {
        var index = Index()
        for entry in text.entries().dropFirst() {
            switch entry.kind {
            case "operation":
                index.operationNames.append(entry.name)
                index.operations[entry.name] = entry
            case "others": index.others = Set(text.lines(of: entry)[0].words)
            default:
                if entry.kind == "error" { index.errorNames.append(entry.name) }
                index.numbers[entry.name] = index.shapes.count
                index.shapes.append(entry)
            }
        }
        index.schemas = Array(repeating: nil, count: index.shapes.count)
        return index
    }

    private func number(_ name: String) -> Int {
        guard let number = withIndex({ $0.numbers[name] }) else {
            preconditionFailure("the model has no shape \(name)")
        }
        return number
    }

    private func entry(_ name: String) -> ModelText.Entry {
        let number = number(name)
        return withIndex { $0.shapes[number] }
    }

    private func schema(at number: Int) -> Schema {
        let (known, entry) = withIndex { ($0.schemas[number], $0.shapes[number]) }
        if let known { return known }
        let made = ShapeLines(text.lines(of: entry)).schema { name in
            let number = self.number(name)
            return { [unowned self] in schema(at: number) }
        }
        // Two threads may have made it at the same time: all use the first one.
        return withIndex { index in
            let schema = index.schemas[number] ?? made
            index.schemas[number] = schema
            return schema
        }
    }

    // MARK: Operations

    private func operation(_ entry: ModelText.Entry) -> OperationDescriptor {
        let line = text.lines(of: entry)[0]
        return OperationDescriptor(
            entry.name, method: line.value("method") ?? "POST", uri: line.value("uri") ?? "/",
            status: line.value("status").flatMap { Int($0) } ?? 200, input: self.schema(line.value("input")),
            output: self.schema(line.value("output")), inputElement: line.value("inputName"),
            inputNamespace: line.value("inputNamespace"), errors: line.values("errors"))
    }

    private func schema(_ name: String?) -> Schema { name.map(schema) ?? NoMembers.schema }
}
