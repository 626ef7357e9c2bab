/// One header of the central directory (APPNOTE 4.3.12).
struct ZipCentralHeader {
    static let fixedSize = 46

    /// The entry it describes.
    let entry: ZipEntry
    /// Length of the header with its name, extra field and comment, in bytes.
    let byteCount: Int

    /// Parses the header at the start of `bytes`.
    init(_ bytes: ArraySlice<UInt8>) throws(ArchiveError) {
        guard bytes.count >= Self.fixedSize, bytes.uint32(at: 0) == 0x0201_4b50 else {
            throw .damaged("the directory ends early", path: nil)
        }
        let nameLength = Int(bytes.uint16(at: 28))
        let extraLength = Int(bytes.uint16(at: 30))
        byteCount = Self.fixedSize + nameLength + extraLength + Int(bytes.uint16(at: 32))
        guard bytes.count >= byteCount else { throw .damaged("the directory ends early", path: nil) }
        let name = Array(bytes.dropFirst(Self.fixedSize).prefix(nameLength))
        let extra = bytes.dropFirst(Self.fixedSize + nameLength).prefix(extraLength)
        entry = try Self.entry(fixed: bytes.prefix(Self.fixedSize), name: name, extra: ZipExtraField(extra))
    }

    private static func entry(
        fixed: ArraySlice<UInt8>, name: [UInt8], extra: ZipExtraField
    ) throws(ArchiveError) -> ZipEntry {
        let path = String(decoding: name, as: UTF8.self)
        let flags = ZipFlags(rawValue: fixed.uint16(at: 8))
        guard flags.isDisjoint(with: .encrypted) else { throw .encrypted(path: path) }
        guard let method = ZipMethod(rawValue: fixed.uint16(at: 10)), flags.isDisjoint(with: .patch) else {
            throw .unsupported("compression method \(fixed.uint16(at: 10))", path: path)
        }
        if flags.contains(.utf8Name), String(validating: name, as: UTF8.self) == nil {
            throw .damaged("the name is marked as UTF-8 and is not", path: path)
        }
        // 0xFFFF refers to the zip64 field's disk (APPNOTE 4.5.3).
        guard fixed.uint16(at: 34) == 0 || fixed.uint16(at: 34) == .max && extra.zip64Disk == 0 else {
            throw .severalParts
        }
        var wide = extra.zip64Values[...]
        guard let size = widened(fixed.uint32(at: 24), &wide), let compressed = widened(fixed.uint32(at: 20), &wide),
            let offset = widened(fixed.uint32(at: 42), &wide)
        else { throw .damaged("a size or offset is missing or too large", path: path) }
        if method == .stored, size != compressed { throw .damaged("a stored file has two sizes", path: path) }
        let attributes = ZipAttributes(fixed.uint32(at: 38), name: name)
        return ZipEntry(
            path: name, kind: attributes.kind, mode: attributes.mode, isReadOnly: attributes.isReadOnly,
            modificationTimeSeconds: extra.modificationTimeSeconds
                ?? ZipTime.secondsSince1970(date: fixed.uint16(at: 14), time: fixed.uint16(at: 12)),
            size: size, compressedSize: compressed, checksum: fixed.uint32(at: 16), method: method, flags: flags,
            headerOffset: offset)
    }

    /// The value itself, or the next one of the zip64 field for 0xFFFFFFFF; `nil` when that is missing or absurd.
    private static func widened(_ value: UInt32, _ wide: inout ArraySlice<UInt64>) -> Int? {
        guard value == .max else { return Int(value) }
        // Bounded so that the sum of an offset, a size and a header cannot overflow.
        return wide.popFirst().flatMap { $0 < UInt64(Int.max / 4) ? Int($0) : nil }
    }
}

/// The parts of an extra field that the reader uses: zip64 sizes (APPNOTE 4.5.3) and Info-ZIP's `UT` time.
struct ZipExtraField {
    private(set) var zip64Values: [UInt64] = []
    /// The number of the disk, the last part of a zip64 field; `nil` without it.
    private(set) var zip64Disk: UInt32?
    private(set) var modificationTimeSeconds: Int?

    /// Parses an extra field; malformed and unknown parts are skipped, as other readers do.
    init(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while rest.count >= 4 {
            let body = rest.dropFirst(4).prefix(Int(rest.uint16(at: 2)))
            switch rest.uint16(at: 0) {
            case 0x0001:
                zip64Values = stride(from: 0, to: body.count / 8 * 8, by: 8).map { body.uint64(at: $0) }
                zip64Disk = body.count % 8 == 4 ? body.uint32(at: body.count - 4) : nil
            case 0x5455 where body.count >= 5 && body[body.startIndex] & 1 == 1:
                modificationTimeSeconds = Int(Int32(bitPattern: body.uint32(at: 1)))
            default: break
            }
            rest = rest.dropFirst(4 + Int(rest.uint16(at: 2)))
        }
    }
}
