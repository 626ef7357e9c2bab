/// An entry's kind and mode, from its external attributes and its name.
///
/// The upper half of the attributes is a Unix mode for any system that the zip claims to come from (Python on Windows
/// writes one too); the lower half has MS-DOS attributes. Many zips have permission bits without a file type, or
/// neither; then the name decides. It also decides where it ends in a slash and the type is none of the known ones:
/// Maven writes 0177777 for directories.
struct ZipAttributes {
    let kind: ZipEntry.Kind
    let mode: UInt32?
    let isReadOnly: Bool

    private static let typeMask: UInt32 = 0o170000
    private static let dosReadOnly: UInt32 = 0x01
    private static let dosDirectory: UInt32 = 0x10

    init(_ attributes: UInt32, name: [UInt8]) {
        let unix = attributes >> 16
        let looksLikeDirectory = name.last == UInt8(ascii: "/") || attributes & Self.dosDirectory != 0 && unix == 0
        // No permission bit at all means an unknown mode: tools without modes write 0, and Lambda runs their packages.
        mode = unix & 0o7777 == 0 ? nil : unix & 0o7777
        isReadOnly = unix == 0 && attributes & Self.dosReadOnly != 0
        kind =
            switch unix & Self.typeMask {
            case 0o040000: .directory
            case 0o100000, 0: looksLikeDirectory ? .directory : .file
            // Not a link when the name says directory: readers would disagree about what it is.
            case 0o120000: looksLikeDirectory ? .special(0o120000) : .symbolicLink
            case Self.typeMask where looksLikeDirectory: .directory
            case let type: .special(type)
            }
    }
}

/// MS-DOS date and time (APPNOTE 4.4.6), interpreted as UTC.
enum ZipTime {
    /// 1980-01-01 00:00:00 as an MS-DOS date; its time is 0.
    static let earliestDate: UInt16 = 0x21

    static func secondsSince1970(date: UInt16, time: UInt16) -> Int {
        let (year, month, day) = (1980 + Int(date >> 9), Int(date >> 5 & 15), Int(date & 31))
        let seconds = Int(time >> 11) * 3_600 + Int(time >> 5 & 63) * 60 + Int(time & 31) * 2
        return daysSince1970(year: year, month: month, day: day) * 86_400 + seconds
    }

    /// Days of the proleptic Gregorian calendar, computed with years that start in March, so that the leap day is last.
    /// A month or day of 0, which MS-DOS dates can have, counts backwards as in mktime(3).
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let year = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
