import FuzzTargets
import Glibc
import Testing

/// The corpus of the fuzzers, and what they have found, without a sanitizer.
@Suite struct CorpusTests {
    @Test(arguments: FuzzTarget.all.map(\.name))
    func `every input of the corpus keeps the promises of its target`(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let inputs = try Corpus.inputs(of: name)
        #expect(!inputs.isEmpty)
        for input in inputs {
            do {
                try input.bytes.withUnsafeBytes { try target.run($0) }
            } catch {
                Issue.record("\(name)/\(input.name): \(error)")
            }
        }
    }

    @Test func `every folder of the corpus has a target`() {
        #expect(Set(Corpus.names(in: "")) == Set(FuzzTarget.all.map(\.name)))
    }

    @Test func `the corpus is small`() throws {
        let bytes = try FuzzTarget.all.flatMap { try Corpus.inputs(of: $0.name) }.reduce(0) { $0 + $1.bytes.count }
        #expect(bytes < 500_000)
    }
}

/// The files of `Tests/Fuzz/corpus`.
private enum Corpus {
    struct Input {
        let name: String
        let bytes: [UInt8]
    }

    private static let root = #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined() + "/corpus"

    static func inputs(of target: String) throws -> [Input] {
        try names(in: target).sorted().map { name in
            Input(name: name, bytes: try bytes(of: "\(root)/\(target)/\(name)"))
        }
    }

    static func names(in folder: String) -> [String] {
        guard let stream = opendir("\(root)/\(folder)") else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names.filter { !$0.hasPrefix(".") }
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        let stream = try #require(fopen(path, "r"))
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { bytes += buffer.prefix(count) }
        return bytes
    }
}
