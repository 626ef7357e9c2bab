/// A zip made byte by byte, as honest or as evil as a test wants it. It shares no code with what it tests.
public struct ForgedZip: Sendable {
    /// One entry, with every field that a liar might set.
    public struct Entry: Sendable {
        /// The name in the directory.
        public var name: [UInt8]
        /// The name in the local header; `nil` for the same.
        public var localName: [UInt8]?
        /// The bytes after the local header: the content as it is stored.
        public var stored: [UInt8]
        /// The size that the headers declare; `nil` for the true one.
        public var declaredSize: Int?
        /// The checksum that the headers declare; `nil` for the true one.
        public var declaredChecksum: UInt32?
        /// The packed size that the headers declare; `nil` for the true one.
        public var declaredStoredSize: Int?
        /// 0 for stored, 8 for deflated.
        public var method: UInt16 = 0
        /// The general purpose flag.
        public var flags: UInt16 = 0
        /// Unix mode with type bits; 0 for a zip without modes.
        public var unixMode: UInt32
        /// MS-DOS attributes.
        public var dosAttributes: UInt32 = 0
        /// MS-DOS date and time.
        public var date: UInt16 = 0x21
        /// MS-DOS time.
        public var time: UInt16 = 0
        /// The extra field in the directory.
        public var extra: [UInt8] = []
        /// The number of the part that the directory says the entry is in.
        public var declaredDisk: UInt16 = 0
        /// Where the directory says the local header is; `nil` for the truth.
        public var declaredOffset: Int?
        /// Content before packing, for size and checksum.
        public var content: [UInt8]

        /// An honest entry, stored without packing.
        public init(_ name: [UInt8], unixMode: UInt32 = 0o100644, content: [UInt8] = []) {
            self.name = name
            self.unixMode = unixMode
            self.content = content
            stored = content
        }

        /// An honest entry, stored without packing.
        public init(_ name: String, unixMode: UInt32 = 0o100644, content: String = "") {
            self.init(Array(name.utf8), unixMode: unixMode, content: Array(content.utf8))
        }

        /// An honest symbolic link.
        public static func link(_ name: String, to target: String) -> Entry {
            Entry(name, unixMode: 0o120777, content: target)
        }

        /// The entry with one of its fields changed.
        public func with<Value>(_ field: WritableKeyPath<Entry, Value>, _ value: Value) -> Entry {
            var entry = self
            entry[keyPath: field] = value
            return entry
        }

        fileprivate func header(central offset: Int?) -> [UInt8] {
            let name = offset == nil ? localName ?? self.name : self.name
            var bytes: [UInt8] =
                offset == nil ? little(0x0403_4b50, 4) : little(0x0201_4b50, 4) + little(3 << 8 | 20, 2)
            bytes += little(20, 2) + little(flags, 2) + little(method, 2) + little(time, 2) + little(date, 2)
            bytes += little(declaredChecksum ?? crc32(content), 4)
            bytes += little(declaredStoredSize ?? stored.count, 4) + little(declaredSize ?? content.count, 4)
            bytes += little(name.count, 2) + little(offset == nil ? 0 : extra.count, 2)
            guard let offset else { return bytes + name }
            bytes += little(0, 2) + little(declaredDisk, 2) + little(0, 2) + little(unixMode << 16 | dosAttributes, 4)
            return bytes + little(declaredOffset ?? offset, 4) + name + extra
        }
    }

    /// The entries in order.
    public var entries: [Entry]
    /// Bytes before the first entry, which the offsets do not count.
    public var prefix: [UInt8] = []
    /// The comment at the end.
    public var comment: [UInt8] = []
    /// The count that the trailer declares; `nil` for the truth.
    public var declaredCount: Int?

    /// The numbers that the trailer declares, of the part with it and of that where the directory begins.
    public var declaredDisks: [UInt16] = [0, 0]

    /// An honest zip.
    public init(_ entries: Entry...) {
        self.entries = entries
    }

    /// An honest zip.
    public init(_ entries: [Entry]) {
        self.entries = entries
    }

    /// The zip's bytes.
    public var bytes: [UInt8] {
        var body: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            directory += entry.header(central: body.count)
            body += entry.header(central: nil) + entry.stored
        }
        let count = little(declaredCount ?? entries.count, 2)
        let disks = declaredDisks.flatMap { little($0, 2) }
        let trailer = little(0x0605_4b50, 4) + disks + count + count
        let end = trailer + little(directory.count, 4) + little(body.count, 4) + little(comment.count, 2)
        return prefix + body + directory + end + comment
    }
}

private func little(_ value: some BinaryInteger, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}

/// CRC-32 as zips use it, bit by bit.
public func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { checksum, byte in
        (0..<8).reduce(checksum ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xedb8_8320 : 0) }
    }
}
