/// What a program or shared library needs of the system that it is loaded on (elf(5); for the versions "Symbol
/// Versioning" in the Linux Standard Base).
public struct ELFFile: Hashable, Sendable {
    /// The number of the processor (`e_machine`).
    public let machine: UInt16
    /// The shared libraries that it names (`DT_NEEDED`).
    public let libraries: [String]
    /// The newest minor version of glibc 2 whose symbols it uses: 34 for `GLIBC_2.34`; `nil` where it names none.
    public let glibcMinor: Int?

    static let magic: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]
    /// Lists in damaged files must not keep a check for long.
    package static let longestList = 4_096

    /// Describes a file.
    public init(machine: UInt16, libraries: [String] = [], glibcMinor: Int? = nil) {
        (self.machine, self.libraries, self.glibcMinor) = (machine, libraries, glibcMinor)
    }

    /// Reads a file in little-endian order; `nil` for any other. Of a file of 32 bits, which Lambda's processors do not
    /// run, only the machine is read. What is damaged counts as absent.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= 20, bytes.starts(with: Self.magic), bytes[5] == 1 else { return nil }
        let image = Image(bytes)
        guard bytes[4] == 2 else {
            self.init(machine: UInt16(image.number(at: 18, bytes: 2) ?? 0))
            return
        }
        let dynamic = image.dynamicSection()
        func value(_ tag: UInt64) -> Int? { dynamic.first { $0.tag == tag }.map(\.value) }
        let strings = value(Tag.strings).flatMap { image.offset(ofAddress: $0) }
        func text(_ offset: Int) -> String? { strings.flatMap { image.text(at: $0 + offset) } }
        let versions =
            value(Tag.versions).flatMap { image.offset(ofAddress: $0) }
            .map { image.versionNames(at: $0, count: value(Tag.versionCount) ?? 0) } ?? []
        self.init(
            machine: UInt16(image.number(at: 18, bytes: 2) ?? 0),
            libraries: dynamic.filter { $0.tag == Tag.needed }.compactMap { text($0.value) },
            glibcMinor: versions.compactMap { text($0).flatMap(Self.glibcMinor) }.max())
    }

    /// `GLIBC_2.34` → 34, `GLIBC_2.2.5` → 2.
    private static func glibcMinor(_ version: String) -> Int? {
        guard version.hasPrefix("GLIBC_2.") else { return nil }
        return UInt16(version.dropFirst("GLIBC_2.".count).prefix { $0 != "." }).map { Int($0) }
    }

    private enum Tag {
        static let needed: UInt64 = 1
        static let strings: UInt64 = 5
        static let versions: UInt64 = 0x6FFF_FFFE
        static let versionCount: UInt64 = 0x6FFF_FFFF
    }

    /// The bytes of a file. Nothing outside of it is read: such numbers are `nil`.
    ///
    /// No sum here overflows, for any bytes: a number is below 2^56, and at most 2^24 of them, of 32 bits each, are
    /// added to one.
    private struct Image {
        let bytes: [UInt8]
        /// Where each part of the file is loaded (`PT_LOAD`).
        private var segments: [(offset: Int, address: Int, size: Int)] = []
        private var dynamicOffset: Int?

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            let table = number(at: 32, bytes: 8) ?? 0
            for index in 0..<min(number(at: 56, bytes: 2) ?? 0, ELFFile.longestList) {
                let header = table + index * 56
                guard let type = number(at: header, bytes: 4), let offset = number(at: header + 8, bytes: 8),
                    let address = number(at: header + 16, bytes: 8), let size = number(at: header + 32, bytes: 8)
                else { return }
                if type == 1 { segments.append((offset, address, size)) }
                if type == 2 { dynamicOffset = offset }
            }
        }

        func number(at offset: Int, bytes count: Int) -> Int? {
            guard offset >= 0, offset <= bytes.count - count else { return nil }
            let value = bytes[offset..<offset + count].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            // An offset beyond this is outside of any file.
            return value < 1 << 56 ? Int(value) : nil
        }

        func offset(ofAddress address: Int) -> Int? {
            segments.first { $0.address <= address && address - $0.address < $0.size }
                .map { address - $0.address + $0.offset }
        }

        func text(at offset: Int) -> String? {
            guard offset >= 0, offset < bytes.count else { return nil }
            return String(decoding: bytes[offset...].prefix(256).prefix { $0 != 0 }, as: UTF8.self)
        }

        func dynamicSection() -> [(tag: UInt64, value: Int)] {
            guard let dynamicOffset else { return [] }
            var entries: [(UInt64, Int)] = []
            for index in 0..<ELFFile.longestList {
                guard let tag = number(at: dynamicOffset + 16 * index, bytes: 8), tag != 0 else { break }
                entries.append((UInt64(tag), number(at: dynamicOffset + 16 * index + 8, bytes: 8) ?? -1))
            }
            return entries
        }

        /// Where the names of versions are among the strings that a library needs of others (`Elf64_Verneed`).
        func versionNames(at start: Int, count: Int) -> [Int] {
            var names: [Int] = []
            var file = start
            for _ in 0..<max(0, min(count, ELFFile.longestList)) {
                var entry = file + (number(at: file + 8, bytes: 4) ?? 0)
                for _ in 0..<(number(at: file + 2, bytes: 2) ?? 0) {
                    guard names.count < ELFFile.longestList, let name = number(at: entry + 8, bytes: 4) else {
                        return names
                    }
                    names.append(name)
                    guard let next = number(at: entry + 12, bytes: 4), next > 0 else { break }
                    entry += next
                }
                guard let next = number(at: file + 12, bytes: 4), next > 0 else { break }
                file += next
            }
            return names
        }
    }
}
