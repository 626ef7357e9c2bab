/// One step of building the sandbox's file system. Paths inside are relative to the new root.
package enum PlanStep: Hashable, Sendable {
    /// A directory of the root itself.
    case directory(String, mode: UInt32)
    /// A symbolic link at `path`.
    case link(path: String, target: String)
    /// A file of the root itself.
    case file(String, mode: UInt32, contents: [UInt8])
    /// A file or directory of the host, read-only.
    case bind(source: String, path: String)
    /// Mounts a directory of the host at a path as a bind does, but with inodes of its own, where the kernel can.
    case view(source: String, path: String, inUserNamespace: Bool)
    /// A device node of the host, usable inside.
    case device(source: String, path: String)
    /// A read-only union of host directories, the topmost first.
    case overlay(sources: [String], path: String, inUserNamespace: Bool)
    /// A writable file system in memory that belongs to the function.
    case temporary(String, bytes: UInt64, mode: UInt32, mayExecute: Bool)
    /// The sandbox's own `/proc`.
    case processes(String)
    /// Makes the file or directory at a path read-only; does nothing when the path does not exist.
    case readOnly(String)
    /// Hides the file or directory at a path; does nothing when the path does not exist.
    case mask(String)
}

extension PlanStep: CustomStringConvertible {
    /// The step as `strata doctor` and error reports print it.
    package var description: String {
        switch self {
        case .directory(let path, let mode): "mkdir     /\(path) \(String(mode, radix: 8))"
        case .link(let path, let target): "link      /\(path) -> \(target)"
        case .file(let path, let mode, let contents):
            "file      /\(path) \(String(mode, radix: 8)), \(contents.count) bytes"
        case .bind(let source, let path): "bind      /\(path) <- \(source)"
        case .view(let source, let path, _): "view      /\(path) <- \(source)"
        case .device(let source, let path): "device    /\(path) <- \(source)"
        case .overlay(let sources, let path, _): "overlay   /\(path) <- \(sources.joined(separator: " over "))"
        case .temporary(let path, let bytes, let mode, _):
            "tmpfs     /\(path) \(String(mode, radix: 8)), \(bytes) bytes"
        case .processes(let path): "proc      /\(path)"
        case .readOnly(let path): "read-only /\(path)"
        case .mask(let path): "mask      /\(path)"
        }
    }
}
