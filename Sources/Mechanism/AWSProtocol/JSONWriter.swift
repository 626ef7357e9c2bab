internal import Digest

/// Encodes values as JSON.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: AWSValue, as schema: Schema?) {
        switch value {
        case .null: append("null")
        case .boolean(let boolean): append(boolean ? "true" : "false")
        case .integer(let integer): append(String(integer))
        case .double(let double): write(double)
        case .string(let text): write(text)
        case .blob(let blob): write(Base64.encode(blob))
        case .timestamp(let seconds): write(Timestamp(secondsSinceEpoch: seconds), as: schema)
        case .list(let values): write(values, as: schema)
        case .structure(let members): write(members.inWireOrder(as: schema))
        case .map(let entries): write(entries.inWireOrder(as: schema))
        }
    }

    private mutating func write(_ double: Double) {
        if double.isFinite { append(double.description) } else { write(double.wireText) }
    }

    private mutating func write(_ moment: Timestamp, as schema: Schema?) {
        guard case .timestamp(.some(let format)) = schema?.kind, format != .epochSeconds else {
            return append(moment.formatted(.epochSeconds))
        }
        write(moment.formatted(format))
    }

    private mutating func write(_ values: [AWSValue], as schema: Schema?) {
        let element: Schema? = if case .list(let reference) = schema?.kind { reference() } else { nil }
        append("[")
        for (index, value) in values.enumerated() {
            if index > 0 { append(",") }
            write(value, as: element)
        }
        append("]")
    }

    /// Writes an object of these entries, without those that are null.
    mutating func write(_ entries: [WireEntry]) {
        append("{")
        var isFirst = true
        for entry in entries where entry.value != .null {
            if !isFirst { append(",") }
            isFirst = false
            write(entry.name)
            append(":")
            write(entry.value, as: entry.schema)
        }
        append("}")
    }

    private mutating func write(_ text: String) {
        append("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case ..<0x20: append("\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        append("\"")
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}
