/// Encodes an operation's output as status, headers and body (Smithy, restJson1).
public enum ResponseEncoder {
    /// Encodes a success response. `status` is the model's; a member bound to the status code overrides it.
    public static func encode(_ value: AWSValue, as schema: Schema, status: Int) -> AWSResponse {
        var response = AWSResponse(status: status)
        for member in schema.members {
            guard let part = value[member.name] else { continue }
            switch (member.location, part) {
            case (.statusCode, .integer(let status)):
                // Not a final HTTP status outside 200...599: then the model's status applies.
                if (200...599).contains(status) { response.status = Int(status) }
            case (.header, _):
                if let text = header(part, as: member.schema) {
                    response.headers.append(AWSHeader(member.wireName, text))
                }
            case (.prefixHeaders, .structure(let entries)):
                response.headers += headers(entries, prefix: member.wireName)
            default: continue
            }
        }
        addBody(of: value, as: schema, to: &response)
        return response
    }

    private static func addBody(of value: AWSValue, as schema: Schema, to response: inout AWSResponse) {
        // These statuses have no content (RFC 9110, sections 15.3.5 and 15.4.5).
        guard response.status != 204, response.status != 304 else { return }
        guard let payload = schema.members.first(where: { $0.location == .payload }) else {
            response.body = JSON.encode(value, as: schema)
            return response.setContentType("application/json")
        }
        switch value[payload.name] {
        case .blob(let bytes):
            response.body = bytes
            response.setContentType("application/octet-stream")
        case .string(let text):
            response.body = Array(text.utf8)
            response.setContentType("text/plain")
        case .some(let document):
            response.body = JSON.encode(document, as: payload.schema)
            response.setContentType("application/json")
        case nil: break
        }
    }

    /// A value as a header's text; `nil` for kinds that have no header form.
    private static func header(_ value: AWSValue, as schema: Schema) -> String? {
        switch value {
        case .boolean(let boolean): String(boolean)
        case .integer(let integer): String(integer)
        case .double(let double): double.description
        case .string(let text): text.withoutControls
        case .timestamp(let seconds): Timestamp(secondsSinceEpoch: seconds).formatted(format(of: schema))
        case .list(let values): values.compactMap { header($0, as: schema) }.joined(separator: ", ")
        case .null, .blob, .structure: nil
        }
    }

    private static func headers(_ entries: [String: AWSValue], prefix: String) -> [AWSHeader] {
        entries.sorted { $0.key < $1.key }.compactMap { name, value in
            guard case .string(let text) = value else { return nil }
            return AWSHeader(prefix + name.withoutControls, text.withoutControls)
        }
    }

    private static func format(of schema: Schema) -> Timestamp.Format {
        if case .timestamp(.some(let format)) = schema.kind { format } else { .httpDate }
    }
}

extension AWSResponse {
    /// Sets the content type, unless the output has a member for it.
    fileprivate mutating func setContentType(_ type: String) {
        if header("Content-Type") == nil { headers.append(AWSHeader("Content-Type", type)) }
    }
}

extension String {
    /// The text with control characters replaced by spaces, so that a value cannot inject another header.
    fileprivate var withoutControls: String {
        String(decoding: utf8.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }
}
