internal import LinuxSystem

/// The end of a zip, which locates its central directory (APPNOTE 4.3.14 to 4.3.16).
struct ZipTrailer {
    /// The offset of the central directory.
    let directoryOffset: Int
    /// The directory's size in bytes.
    let directorySize: Int
    /// The number of entries in the directory.
    let entryCount: Int

    private static let size = 22
    private static let longestComment = 65_535
    private static let locatorSize = 20
    private static let zip64Size = 56

    /// Finds the trailer at the end of a file.
    ///
    /// The directory must end where the trailer begins. Bytes before the zip (as in self-extracting programs with
    /// unadjusted offsets) or after it are refused: two readers could see two different zips.
    init(endOf file: borrowing FileDescriptor, fileSize: Int) throws(ArchiveError) {
        let tailOffset = max(0, fileSize - Self.size - Self.longestComment - Self.locatorSize)
        let tail = try file.archiveBytes(count: fileSize - tailOffset, at: tailOffset)
        guard let position = Self.position(in: tail) else { throw .notAZip }
        let fields = tail[position...]
        var trailerOffset = tailOffset + position
        var (count, size, offset) = (
            UInt64(fields.uint16(at: 10)), UInt64(fields.uint32(at: 12)), UInt64(fields.uint32(at: 16))
        )
        let disks = [fields.uint16(at: 4), fields.uint16(at: 6)]
        var isOnePart = disks == [0, 0] && fields.uint16(at: 8) == fields.uint16(at: 10)
        if count == UInt16.max || size == UInt32.max || offset == UInt32.max,
            let zip64 = try Self.zip64Offset(in: tail, before: position)
        {
            // The trailer may refer to the zip64 fields for any of its own (APPNOTE 4.4.1.4).
            isOnePart = disks.allSatisfy { $0 == 0 || $0 == .max } && fields.uint16(at: 8) == fields.uint16(at: 10)
            let fields = try file.archiveBytes(count: Self.zip64Size, at: zip64, limit: fileSize)
            guard fields.count == Self.zip64Size, fields.uint32(at: 0) == 0x0606_4b50 else {
                throw .damaged("the zip64 end of the directory is not where it should be", path: nil)
            }
            isOnePart =
                isOnePart && fields.uint32(at: 16) == 0 && fields.uint32(at: 20) == 0
                && fields.uint64(at: 24) == fields.uint64(at: 32)
            (count, size, offset) = (fields.uint64(at: 32), fields.uint64(at: 40), fields.uint64(at: 48))
            trailerOffset = zip64
        }
        guard isOnePart else { throw .severalParts }
        guard size <= trailerOffset, offset == UInt64(trailerOffset) - size, count <= size else {
            throw .damaged("the directory is not where its end says", path: nil)
        }
        (directoryOffset, directorySize, entryCount) = (Int(offset), Int(size), Int(count))
    }

    /// The last position of a trailer whose comment ends at the end of the file.
    private static func position(in tail: [UInt8]) -> Int? {
        guard tail.count >= size else { return nil }
        return (0...(tail.count - size)).last { start in
            tail[start] == UInt8(ascii: "P") && tail[start...].uint32(at: 0) == 0x0605_4b50
                && start + size + Int(tail[start...].uint16(at: 20)) == tail.count
        }
    }

    /// The offset of the zip64 trailer, from the locator before the trailer; `nil` when there is no locator.
    private static func zip64Offset(in tail: [UInt8], before position: Int) throws(ArchiveError) -> Int? {
        guard position >= locatorSize else { return nil }
        let locator = tail[(position - locatorSize)..<position]
        guard locator.uint32(at: 0) == 0x0706_4b50 else { return nil }
        // The disk with the zip64 trailer, and how many disks there are: some writers count none (APPNOTE 4.3.15).
        guard locator.uint32(at: 4) == 0, locator.uint32(at: 16) <= 1 else { throw .severalParts }
        guard let offset = Int(exactly: locator.uint64(at: 8)) else {
            throw .damaged("the zip64 locator points nowhere", path: nil)
        }
        return offset
    }
}

extension ArchiveError {
    /// The zip is a part of several, or says so.
    static let severalParts = ArchiveError.unsupported("a zip in several parts", path: nil)
}

extension FileDescriptor {
    /// Reads up to `count` bytes at an offset; none when the offset is not below `limit`.
    borrowing func archiveBytes(count: Int, at offset: Int, limit: Int = .max) throws(ArchiveError) -> [UInt8] {
        guard offset < limit else { return [] }
        do throws(SystemCallError) {
            return try bytes(count: count, at: offset)
        } catch {
            throw .system(error)
        }
    }
}
