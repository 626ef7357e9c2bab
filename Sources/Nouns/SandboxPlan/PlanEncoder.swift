/// Writes a plan as the bytes that `strata-init` reads.
///
/// The format is a header and flat records, so that the reader, which runs with privileges, needs no recursion, no
/// allocation and one bounds check per field. `Sources/C/CSandbox/plan.h` defines the same format; all numbers are
/// little-endian.
struct PlanEncoder {
    private var records: [UInt8] = []

    /// Which record follows; the numbers of `enum plan_record`.
    enum Kind: UInt16 {
        case directory = 1
        case link, file, bind, overlay, tmpfs, proc, readOnly, mask
        case hostname = 32
        case listen, identity, inside, limit, argument, variable, startDirectory, filter, cgroup, oomScore, hostNetwork
        case sidecar, sidecarVariable, calls
    }

    /// Properties of a record; the bits of `enum plan_flag`.
    struct Flags: OptionSet {
        let rawValue: UInt16
        static let device = Self(rawValue: 1 << 0)
        static let noExec = Self(rawValue: 1 << 1)
        static let userXattr = Self(rawValue: 1 << 2)
        static let distinct = Self(rawValue: 1 << 3)
        static let perform = Self(rawValue: 1 << 4)
        static let view = Self(rawValue: 1 << 5)
    }

    /// The whole message: header, then the records so far.
    var message: [UInt8] {
        Array("STRATAPL".utf8) + littleEndian(UInt32(1)) + littleEndian(UInt32(records.count)) + records
    }

    /// Appends a record with a payload.
    mutating func record(
        _ kind: Kind, flags: Flags = [], number: UInt32 = 0, value: UInt64 = 0, payload: [UInt8] = []
    ) {
        records += littleEndian(kind.rawValue)
        records += littleEndian(flags.rawValue)
        records += littleEndian(number)
        records += littleEndian(value)
        records += littleEndian(UInt32(payload.count))
        records += payload
    }

    /// Appends a record whose payload is NUL-terminated strings, then raw bytes.
    mutating func record(
        _ kind: Kind, flags: Flags = [], number: UInt32 = 0, value: UInt64 = 0, strings: [String], raw: [UInt8] = []
    ) {
        record(kind, flags: flags, number: number, value: value, payload: strings.flatMap { $0.utf8 + [0] } + raw)
    }

    /// Appends the record of a step.
    mutating func step(_ step: PlanStep) {
        switch step {
        case .directory(let path, let mode): record(.directory, number: mode, strings: [path])
        case .link(let path, let target): record(.link, strings: [target, path])
        case .file(let path, let mode, let contents):
            record(.file, number: mode, strings: [path], raw: contents)
        case .bind(let source, let path): record(.bind, strings: [source, path])
        case .view(let source, let path, let inUserNamespace):
            record(.bind, flags: inUserNamespace ? [.view, .userXattr] : .view, strings: [source, path])
        case .device(let source, let path): record(.bind, flags: .device, strings: [source, path])
        case .overlay(let sources, let path, let inUserNamespace):
            record(.overlay, flags: inUserNamespace ? .userXattr : [], strings: [path] + sources)
        case .temporary(let path, let bytes, let mode, let mayExecute):
            record(.tmpfs, flags: mayExecute ? [] : .noExec, number: mode, value: bytes, strings: [path])
        case .processes(let path): record(.proc, strings: [path])
        case .readOnly(let path): record(.readOnly, strings: [path])
        case .mask(let path): record(.mask, strings: [path])
        }
    }

    private func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}
