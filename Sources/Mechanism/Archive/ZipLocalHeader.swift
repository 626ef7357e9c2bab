internal import LinuxSystem

/// The header in front of an entry's content (APPNOTE 4.3.7). It repeats the directory's header; readers would disagree
/// about a zip in which the two differ, so that is refused.
enum ZipLocalHeader {
    static let fixedSize = 30

    /// Reads an entry's local header, compares it with the directory, and returns where the content starts.
    static func dataOffset(of entry: ZipEntry, in file: borrowing FileDescriptor) throws(ArchiveError) -> Int {
        let header = try file.archiveBytes(count: fixedSize + entry.path.count, at: entry.headerOffset)
        let path = entry.displayPath
        guard header.count == fixedSize + entry.path.count, header.uint32(at: 0) == 0x0403_4b50 else {
            throw .damaged("no file where the directory says", path: path)
        }
        let flags = ZipFlags(rawValue: header.uint16(at: 6))
        guard flags.isDisjoint(with: .encrypted) else { throw .encrypted(path: path) }
        guard Int(header.uint16(at: 26)) == entry.path.count, header[fixedSize...].elementsEqual(entry.path),
            header.uint16(at: 8) == entry.method.rawValue
        else { throw .damaged("the directory and the file's own header differ", path: path) }
        if !flags.contains(.sizesFollowContent) {
            guard header.uint32(at: 14) == entry.checksum, agrees(header.uint32(at: 18), entry.compressedSize),
                agrees(header.uint32(at: 22), entry.size)
            else { throw .damaged("the directory and the file's own header differ", path: path) }
        }
        return entry.dataOffset(localExtraLength: Int(header.uint16(at: 28)))
    }

    /// Whether a header's size is the given one; 0xFFFFFFFF refers to the zip64 field, which is not compared.
    private static func agrees(_ value: UInt32, _ size: Int) -> Bool {
        value == .max || Int(value) == size
    }
}
