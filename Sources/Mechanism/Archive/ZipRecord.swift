/// One entry while it is written, and its headers (APPNOTE 4.3.7 and 4.3.12).
struct ZipRecord {
    static let dosDirectory: UInt32 = 0x10

    private let name: [UInt8]
    private let offset: Int
    var attributes: UInt32
    var method = ZipMethod.stored
    var compressedSize = 0
    private var size = 0
    private var checksum: UInt32 = 0

    /// Version 2.0 of the format: directories and deflate. "Made by" says Unix, so that readers apply the modes.
    private static let versionNeeded: UInt16 = 20
    private static let versionMadeBy: UInt16 = 3 << 8 | versionNeeded

    init(_ path: String, unixMode: UInt32, offset: Int) throws(ArchiveError) {
        name = Array(path.utf8)
        guard name.count <= UInt16.max else { throw .unsupported("a name of \(name.count) bytes", path: path) }
        self.offset = offset
        attributes = unixMode << 16
    }

    /// Adds a piece of content to size and checksum.
    mutating func add(_ piece: UnsafeRawBufferPointer) {
        size += piece.count
        checksum = updatedCRC32(checksum, with: piece)
    }

    /// Takes size and checksum of content that is compressed already.
    mutating func describe(_ file: DeflatedFile) {
        (method, compressedSize, size, checksum) = (.deflated, file.bytes.count, file.size, file.checksum)
    }

    /// Refuses sizes and offsets that exceed 32-bit headers; layers are far smaller.
    func checkSizes() throws(ArchiveError) {
        guard max(size, compressedSize, offset) < UInt32.max else {
            throw .unsupported("a zip of more than 4 GiB", path: String(decoding: name, as: UTF8.self))
        }
    }

    /// The header in front of the content.
    var localHeader: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: 0x0403_4b50 as UInt32)
        bytes += sharedFields
        return bytes + name
    }

    /// The header in the directory.
    var centralHeader: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: 0x0201_4b50 as UInt32)
        bytes.append(littleEndian: Self.versionMadeBy)
        bytes += sharedFields
        // Comment length, disk number and internal attributes.
        bytes += [UInt8](repeating: 0, count: 6)
        bytes.append(littleEndian: attributes)
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: offset))
        return bytes + name
    }

    /// The 26 bytes that both headers share: from "version needed" to "extra field length".
    private var sharedFields: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: Self.versionNeeded)
        bytes.append(littleEndian: name.allSatisfy { $0 < 0x80 } ? 0 : ZipFlags.utf8Name.rawValue)
        bytes.append(littleEndian: method.rawValue)
        bytes.append(littleEndian: 0 as UInt16)
        bytes.append(littleEndian: ZipTime.earliestDate)
        bytes.append(littleEndian: checksum)
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: compressedSize))
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: size))
        bytes.append(littleEndian: UInt16(name.count))
        bytes.append(littleEndian: 0 as UInt16)
        return bytes
    }

    /// The end of a zip; with more than 65 534 entries or 4 GiB, preceded by its zip64 form (APPNOTE 4.3.14 to 4.3.16).
    static func trailer(entryCount: Int, directorySize: Int, offset: Int) -> [UInt8] {
        let isZip64 = entryCount >= UInt16.max || max(directorySize, offset) >= UInt32.max
        var bytes = isZip64 ? zip64Trailer(entryCount, directorySize, offset) : []
        bytes.append(littleEndian: 0x0605_4b50 as UInt32)
        bytes.append(littleEndian: 0 as UInt32)
        bytes.append(littleEndian: isZip64 ? .max : UInt16(entryCount))
        bytes.append(littleEndian: isZip64 ? .max : UInt16(entryCount))
        bytes.append(littleEndian: isZip64 ? .max : UInt32(directorySize))
        bytes.append(littleEndian: isZip64 ? .max : UInt32(offset))
        bytes.append(littleEndian: 0 as UInt16)
        return bytes
    }

    private static func zip64Trailer(_ entryCount: Int, _ directorySize: Int, _ offset: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: 0x0606_4b50 as UInt32)
        // The size of the remaining record, without signature and this field (APPNOTE 4.3.14.1).
        bytes.append(littleEndian: 44 as UInt64)
        bytes.append(littleEndian: 3 << 8 | 45 as UInt16)
        bytes.append(littleEndian: 45 as UInt16)
        bytes.append(littleEndian: 0 as UInt64)
        bytes.append(littleEndian: UInt64(entryCount))
        bytes.append(littleEndian: UInt64(entryCount))
        bytes.append(littleEndian: UInt64(directorySize))
        bytes.append(littleEndian: UInt64(offset))
        bytes.append(littleEndian: 0x0706_4b50 as UInt32)
        bytes.append(littleEndian: 0 as UInt32)
        bytes.append(littleEndian: UInt64(offset + directorySize))
        bytes.append(littleEndian: 1 as UInt32)
        return bytes
    }
}
