import LayerCheck
import PackageContents

/// Programs in layers.
extension FuzzTarget {
    /// What a program or library needs: read in bounded time and size, for any numbers in its tables.
    static let elf = FuzzTarget("elf") { input in
        guard let file = ELFFile(Array(input)) else { return }
        try expect(input.count >= 20, "a file of \(input.count) bytes is read")
        try expect(file.libraries.count <= ELFFile.longestList, "\(file.libraries.count) libraries are read")
        try expect(file.libraries.allSatisfy { !$0.utf8.contains(0) }, "a library's name has a NUL")
        try expect(file.glibcMinor ?? 0 >= 0, "a negative version of glibc")
    }

    /// The metadata of a Python package: a name that is compared as it is, and one line for each of what it has.
    static let metadata = FuzzTarget("metadata") { input in
        guard let package = PythonPackage(metadata: Array(input)) else { return }
        try expect(!package.name.isEmpty && !package.version.isEmpty, "a package without a name or a version")
        for name in [package.name] + package.requirements + package.conditionalRequirements {
            try expect(PythonPackage.normalized(name) == name, "'\(name)' is not normalized")
        }
        try expect(!package.version.utf8.contains(UInt8(ascii: "\n")), "a version of several lines")
    }
}
