internal import Digest

/// Encodes an operation's output as status, headers and body (Smithy, "HTTP bindings").
public enum ResponseEncoder {
    /// Encodes a success response. `status` is the model's; a member bound to the status code overrides it.
    public static func encode(_ value: AWSValue, as schema: Schema, status: Int) -> AWSResponse {
        encode(value, as: schema, status: status, body: .json)
    }

    /// Encodes a success response with documents of any kind.
    static func encode(_ value: AWSValue, as schema: Schema, status: Int, body: RestBody) -> AWSResponse {
        var response = AWSResponse(status: status, headers: headers(of: value, as: schema))
        for member in schema.members where member.location == .statusCode {
            // Not a final HTTP status outside 200...599: then the model's status applies.
            if case .integer(let status) = value[member.name], (200...599).contains(status) {
                response.status = Int(status)
            }
        }
        addBody(of: value, as: schema, body, to: &response)
        return response
    }

    /// The headers that are members.
    static func headers(of value: AWSValue, as schema: Schema) -> [AWSHeader] {
        var headers: [AWSHeader] = []
        for member in schema.members {
            guard let part = value[member.name] else { continue }
            switch (member.location, part) {
            case (.header, _):
                if let text = header(part, of: member) { headers.append(AWSHeader(member.wireName, text)) }
            case (.prefixHeaders, _):
                guard let entries = part.members else { continue }
                headers += self.headers(entries, prefix: member.wireName)
            default: continue
            }
        }
        return headers
    }

    private static func addBody(
        of value: AWSValue, as schema: Schema, _ body: RestBody, to response: inout AWSResponse
    ) {
        // These statuses have no content (RFC 9110, sections 15.3.5 and 15.4.5).
        guard response.status != 204, response.status != 304 else { return }
        guard let payload = schema.members.first(where: { $0.location == .payload }) else {
            response.body = body.encode(value, as: schema)
            return response.body.isEmpty ? () : response.setContentType(body.contentType)
        }
        switch (value[payload.name], payload.schema.kind) {
        case (.blob(let bytes), _):
            response.body = bytes
            response.setContentType("application/octet-stream")
        case (.string(let text), .string):
            response.body = Array(text.utf8)
            response.setContentType("text/plain")
        case (.some(let document), _):
            response.body = body.encode(document, as: payload.schema, payload: payload)
            response.setContentType(body.contentType)
        case (nil, _): break
        }
    }

    /// A value as a header's text; `nil` for kinds that have no header form.
    private static func header(_ value: AWSValue, of member: Schema.Member) -> String? {
        if member.isJSONText, case .string(let text) = value { return Base64.encode(Array(text.utf8)) }
        guard case .list(let values) = value, case .list(let target) = member.schema.kind else {
            return value.text(as: member.schema, timestamps: .httpDate)?.withoutControls
        }
        let element = target()
        let texts = values.compactMap { $0.text(as: element, timestamps: .httpDate)?.withoutControls }
        if case .string = element.kind { return HeaderList.joined(texts) }
        return texts.joined(separator: ", ")
    }

    private static func headers(_ entries: [String: AWSValue], prefix: String) -> [AWSHeader] {
        entries.sorted { $0.key < $1.key }.compactMap { name, value in
            guard case .string(let text) = value else { return nil }
            return AWSHeader(prefix + name.withoutControls, text.withoutControls)
        }
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
