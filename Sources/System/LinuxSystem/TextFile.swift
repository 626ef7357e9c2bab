internal import Glibc

/// Reads and writes the small text files of kernel file systems: /proc and cgroupfs.
package enum TextFile {
    /// The whole file, or nil when it cannot be read; `errno` says why.
    package static func read(_ path: String) -> String? {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = FileDescriptor(owning: number)
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while text.count < limitBytes {
            let count = Glibc.read(file.rawValue, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            text += chunk[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Writes `text` in one write(2), as kernel files require. The file must exist.
    package static func write(_ path: String, _ text: String) throws(SystemCallError) {
        let number = open(path, O_WRONLY | O_CLOEXEC)
        guard number >= 0 else { throw SystemCallError("open \(path)") }
        let file = FileDescriptor(owning: number)
        let bytes = Array(text.utf8)
        guard Glibc.write(file.rawValue, bytes, bytes.count) == bytes.count else {
            throw SystemCallError("write \(path)")
        }
    }

    /// Reading stops here; no kernel text file is larger.
    private static let limitBytes = 4 << 20
}
