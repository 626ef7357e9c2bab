/// Encodes values as CBOR, each number in its shortest form.
struct CBORWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: AWSValue, as schema: Schema?) {
        switch value {
        case .null: bytes.append(0xF6)
        case .boolean(let boolean): bytes.append(boolean ? 0xF5 : 0xF4)
        case .integer(let integer): write(integer)
        case .double(let double): write(double)
        case .string(let text): write(text)
        case .blob(let blob):
            head(.bytes, UInt64(blob.count))
            bytes += blob
        case .timestamp(let seconds):
            head(.tag, CBOR.epochTag)
            if let whole = Int64(exactly: seconds) { write(whole) } else { write(seconds) }
        case .list(let values):
            let element: Schema? = if case .list(let reference) = schema?.kind { reference() } else { nil }
            head(.array, UInt64(values.count))
            for value in values { write(value, as: element) }
        case .structure(let members): write(members.inWireOrder(as: schema).filter { $0.value != .null })
        case .map(let entries): write(entries.inWireOrder(as: schema).filter { $0.value != .null })
        }
    }

    /// Writes the members of a structure or an error, or the entries of a map.
    mutating func write(_ fields: [WireEntry]) {
        head(.map, UInt64(fields.count))
        for field in fields {
            write(field.name)
            write(field.value, as: field.schema)
        }
    }

    private mutating func write(_ integer: Int64) {
        if integer >= 0 { head(.unsigned, UInt64(integer)) } else { head(.negative, UInt64(bitPattern: ~integer)) }
    }

    private mutating func write(_ double: Double) {
        if double.isNaN {
            bytes += [0xF9, 0x7E, 0x00]
        } else if double == Double(Float(double)) {
            bytes.append(0xFA)
            append(Float(double).bitPattern)
        } else {
            bytes.append(0xFB)
            append(double.bitPattern)
        }
    }

    private mutating func write(_ text: String) {
        head(.text, UInt64(text.utf8.count))
        bytes += text.utf8
    }

    private mutating func head(_ type: CBOR.MajorType, _ argument: UInt64) {
        let high = type.rawValue << 5
        switch argument {
        case ..<24: bytes.append(high | UInt8(argument))
        case ...0xFF:
            bytes.append(high | 24)
            bytes.append(UInt8(argument))
        case ...0xFFFF:
            bytes.append(high | 25)
            append(UInt16(argument))
        case ...0xFFFF_FFFF:
            bytes.append(high | 26)
            append(UInt32(argument))
        default:
            bytes.append(high | 27)
            append(argument)
        }
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
    }
}
