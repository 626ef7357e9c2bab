internal import Glibc
internal import LinuxSystem

/// The folder that archives are written to.
final class SplitFolder {
    private let path: String
    private var isNew = false

    init(_ path: String) {
        self.path = path
    }

    /// Refuses a folder inside of one that is split: the next run would find the archives among the code.
    func refuse(inside source: String) throws(SplitError) {
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let place = RealPath.of(path) ?? RealPath.of(parent.isEmpty ? "." : parent)
        guard let outer = RealPath.of(source), let inner = place, inner == outer || inner.hasPrefix("\(outer)/") else {
            return
        }
        throw .refused("--output \(path) is inside of \(source): choose a folder outside of it")
    }

    /// Makes the folder where it does not exist. Its parent must exist.
    func make() throws(SplitError) {
        do throws(SystemCallError) {
            let here = try FileDescriptor.open(".", [.read, .directory])
            try here.makeDirectory(at: FilePath(path), mode: 0o755)
            isNew = true
        } catch {
            guard error.number == EEXIST else { throw .system(error) }
        }
    }

    /// Removes the folder if it was made here and is empty.
    func removeIfNew() {
        guard isNew else { return }
        let here = try? FileDescriptor.open(".", [.read, .directory])  // Best effort: an empty folder harms nothing.
        try? here?.removeDirectory(at: FilePath(path))  // See above.
    }
}
