internal import Glibc
internal import LinuxSystem

/// Finds the processors whose programs the kernel runs here through a registered emulator.
///
/// Source: <https://docs.kernel.org/admin-guide/binfmt-misc.html>.
package enum HostEmulators {
    /// The ELF machine numbers (`e_machine`, elf(5)) that an emulator is registered for.
    ///
    /// Only such emulators count as work inside a sandbox: the kernel has opened them already (flag `F`), or they are
    /// below `/usr`, which is there too.
    package static func machines(registry: String = "/proc/sys/fs/binfmt_misc") -> Set<UInt16> {
        do {
            let folder = try FileDescriptor.open(FilePath(registry), [.read, .directory])
            var machines: Set<UInt16> = []
            for name in try folder.entryNames() where name != "register" && name != "status" {
                let text = String(
                    decoding: try folder.open(at: name, [.read]).bytes(count: 4096, at: 0), as: UTF8.self)
                if let machine = machine(of: text) { machines.insert(machine) }
            }
            return machines
        } catch {
            // The kernel has no such registry, or it is not mounted: nothing is emulated.
            return []
        }
    }

    /// The program that emulates a processor, where one is installed: QEMU's, by its usual names.
    ///
    /// - Parameter processor: as QEMU calls it: `aarch64`, `x86_64`.
    package static func program(for processor: String) -> String? {
        let candidates = ["/usr/bin", "/usr/local/bin"].flatMap { folder in
            ["\(folder)/qemu-\(processor)-static", "\(folder)/qemu-\(processor)"]
        }
        return candidates.first { access($0, X_OK) == 0 }
    }

    /// The machine of one entry, such as `qemu-aarch64`; `nil` when it is disabled or does not emulate a processor.
    static func machine(of entry: String) -> UInt16? {
        let lines = entry.split(separator: "\n")
        let value = { (name: String) in lines.first { $0.hasPrefix(name) }?.dropFirst(name.count) }
        guard lines.first == "enabled", value("offset ") == "0", let magic = value("magic "),
            let flags = value("flags: "), let interpreter = value("interpreter "),
            flags.contains("F") || interpreter.hasPrefix("/usr/")
        else { return nil }
        // Bytes 0 to 3 are ELF's magic, 18 and 19 the machine, little-endian; two digits each.
        let digits = Array(magic.utf8)
        guard digits.starts(with: Array("7f454c46".utf8)), digits.count >= 40 else { return nil }
        let low = UInt16(String(decoding: digits[36..<38], as: UTF8.self), radix: 16)
        let high = UInt16(String(decoding: digits[38..<40], as: UTF8.self), radix: 16)
        guard let low, let high else { return nil }
        return high << 8 | low
    }

    /// How programs for another processor run here.
    package enum Support: Hashable, Sendable {
        /// In a registered emulator that works inside a sandbox.
        case registered
        /// The kernel has no registry of emulators, or it is not mounted.
        case noRegistry
        /// Not at all: no emulator is registered, though this program may be one.
        case notRegistered(program: String?)
    }

    /// Whether an emulator is registered for an ELF machine number, and whether one is installed otherwise.
    ///
    /// - Parameter processor: as QEMU calls it.
    package static func support(
        ofMachine machine: UInt16, processor: String, registry: String = "/proc/sys/fs/binfmt_misc"
    ) -> Support {
        if machines(registry: registry).contains(machine) { return .registered }
        guard access("\(registry)/register", F_OK) == 0 else { return .noRegistry }
        return .notRegistered(program: program(for: processor))
    }
}
