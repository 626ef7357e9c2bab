internal import AWSProtocol

/// Values as the probe's lines have them: JSON, with a member in front of what JSON has no type for.
extension AWSValue {
    private static let blobTag = "!blob"
    private static let timeTag = "!time"

    /// For a line of output.
    var tagged: AWSValue {
        switch self {
        case .blob: .structure([Self.blobTag: self])
        case .timestamp(let seconds): .structure([Self.timeTag: .double(seconds)])
        case .list(let values): .list(values.map(\.tagged))
        case .structure(let members): .structure(members.mapValues(\.tagged))
        case .map(let entries): .map(entries.map { ($0.key, $0.value.tagged) })
        case .null, .boolean, .integer, .double, .string: self
        }
    }

    /// From a line of input.
    var untagged: AWSValue {
        switch self {
        case .list(let values): return .list(values.map(\.untagged))
        case .structure(let members):
            if case .string = members[Self.blobTag] { return blob(members) }
            switch members[Self.timeTag] {
            case .double(let seconds): return .timestamp(seconds)
            case .integer(let seconds): return .timestamp(Double(seconds))
            case .string(let name): return .double(Double(name) ?? .nan)  // a special number
            default: return .structure(members.mapValues(\.untagged))
            }
        case .map(let entries): return .map(entries.map { ($0.key, $0.value.untagged) })
        case .null, .boolean, .integer, .double, .string, .blob, .timestamp: return self
        }
    }

    private func blob(_ members: [String: AWSValue]) -> AWSValue {
        let schema = Schema(
            "Tag", .structure([Schema.Member(Self.blobTag, Schema("Blob", .blob))]))
        let read = try? JSON.decode(JSON.encode(.structure(members)), as: schema)  // nil: the test's mistake shows
        return read?[Self.blobTag] ?? .null
    }
}

extension AWSRequest {
    /// The request of a line.
    init(probe value: AWSValue) {
        self.init(method: value.text("method"), rawPath: value.text("path"), rawQuery: value.text("query"))
        requestID = value.text("id")
        if case .structure(let headers) = value["headers"] {
            self.headers = headers.map { AWSHeader($0.key, headers: $0.value) }
        }
        if case .blob(let bytes) = value["body"]?.untagged { body = bytes }
    }
}

extension AWSHeader {
    fileprivate init(_ name: String, headers value: AWSValue) {
        if case .string(let text) = value { self.init(name, text) } else { self.init(name, "") }
    }
}

extension AWSValue {
    fileprivate func text(_ name: String) -> String {
        if case .string(let text) = self[name] { text } else { "" }
    }
}
